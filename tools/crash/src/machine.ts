import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Found {
  readonly pid: number;
  /** With its arguments. */
  readonly command: string;
}

/** Processes that belong to a scene: by a word in their environment or arguments, or by a directory that they stand in or have mounted. */
export function processesOf(words: readonly string[]): readonly Found[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) return [];
    const stat = read(`/proc/${pid}/stat`);
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    if (state === "" || state === "Z" || state === "X") return [];
    const texts = [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`), read(`/proc/${pid}/mountinfo`), link(`/proc/${pid}/cwd`)];
    const found = words.some((word) => texts.some((text) => text.includes(word)));
    return found ? [{ pid: Number(pid), command: texts[0]?.replaceAll("\0", " ").slice(0, 200) ?? "" }] : [];
  });
}

/** Sends a signal. One to a process that has ended meanwhile is lost. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Mounts of this namespace at or of something below a directory, itself left out. */
export function mountsBelow(directory: string): readonly string[] {
  return read("/proc/self/mountinfo")
    .split("\n")
    .filter((line) => line.includes(`${directory}/`))
    .map((line) => `mount ${line}`);
}

/** Empty for what has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
