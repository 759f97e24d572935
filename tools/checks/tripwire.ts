// vitest's global set-up: gives the tests a home of their own, and afterwards looks at what they left behind.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { engineObjects } from "./engine-objects.ts";

/** How long processes may take to end after the last test, in milliseconds. */
const patience = 10_000;

/** Called by vitest before it starts workers; what it gives is called when the last has ended. */
export default function setUp(): () => Promise<void> {
  const realHome = realFolders(process.env);
  const before = realHome.map(stateOf);
  const engineBefore = engineObjects();
  const folder = mkdtempSync(path.join(os.tmpdir(), "fresco-"));
  Object.assign(process.env, ownFolders(folder));
  return async () => {
    const problems = [
      ...realHome.filter((each, index) => stateOf(each) !== before[index]).map((each) => `the tests touched the user's own ${each}`),
      ...(await leftProcesses(folder)).map((each) => `the tests left a process: ${each}`),
      ...mountsBelow(folder, "self").map((each) => `the tests left a mount: ${each}`),
      ...engineObjects()
        .filter((each) => !engineBefore.includes(each))
        .map((each) => `the tests left in the Docker Engine: ${each}`),
    ];
    if (problems.length > 0) throw new Error(problems.join("\n"));
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Fresco's folders of the user who runs the tests. */
function realFolders({ XDG_STATE_HOME, XDG_CACHE_HOME, XDG_CONFIG_HOME, FRESCO_HOME }: NodeJS.ProcessEnv): string[] {
  const home = os.homedir();
  const bases = [XDG_STATE_HOME ?? `${home}/.local/state`, XDG_CACHE_HOME ?? `${home}/.cache`, XDG_CONFIG_HOME ?? `${home}/.config`];
  return [...bases.map((base) => path.join(base, "fresco")), ...(FRESCO_HOME === undefined ? [] : [FRESCO_HOME])];
}

function ownFolders(folder: string): Record<string, string> {
  const folders = {
    HOME: path.join(folder, "home"),
    TMPDIR: path.join(folder, "tmp"),
    FRESCO_HOME: path.join(folder, "fresco"),
    XDG_STATE_HOME: path.join(folder, "home/.local/state"),
    XDG_CACHE_HOME: path.join(folder, "home/.cache"),
    XDG_CONFIG_HOME: path.join(folder, "home/.config"),
    XDG_RUNTIME_DIR: path.join(folder, "run"),
  };
  for (const each of Object.values(folders)) mkdirSync(each, { recursive: true, mode: 0o700 });
  return folders;
}

/** Names and times of a folder and what is directly in it: enough to see that somebody was there. */
function stateOf(folder: string): string {
  if (!existsSync(folder)) return "absent";
  const names = readdirSync(folder).sort();
  return [folder, ...names.map((name) => path.join(folder, name))].map((each) => `${each} ${statSync(each).mtimeMs}`).join("\n");
}

async function leftProcesses(folder: string): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const left = processesOf(folder);
    if (left.length === 0 || Date.now() > deadline) return left;
    await pause(50);
  }
}

/** Processes that name the folder in their environment, command or working directory, or that have mounts below it of their own. */
function processesOf(folder: string): string[] {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && !isVitest(name))
    .filter((id) => namesFolder(id, folder) || (isElsewhere(id) && mountsBelow(folder, id).length > 0))
    .map((id) => `${id} ${textOf(`/proc/${id}/cmdline`).replaceAll("\0", " ").slice(0, 200)}`);
}

/** This process, its direct children (vitest's own), and the watchdog of a vitest that a test ran. What a test left has lost its parent. */
function isVitest(id: string): boolean {
  const isOwn = Number(id) === process.pid || new RegExp(`^PPid:\\s*${process.pid}$`, "m").test(textOf(`/proc/${id}/status`));
  return isOwn || textOf(`/proc/${id}/cmdline`).startsWith("vitest-watchdog");
}

function namesFolder(id: string, folder: string): boolean {
  return [textOf(`/proc/${id}/environ`), textOf(`/proc/${id}/cmdline`), targetOf(`/proc/${id}/cwd`)].some((text) => text.includes(folder));
}

function isElsewhere(id: string): boolean {
  return targetOf(`/proc/${id}/ns/mnt`) !== targetOf("/proc/self/ns/mnt");
}

function mountsBelow(folder: string, id: string): string[] {
  return textOf(`/proc/${id}/mountinfo`)
    .split("\n")
    .filter((line) => line.includes(folder));
}

/** A file's text; empty when the process has ended or belongs to somebody else. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
