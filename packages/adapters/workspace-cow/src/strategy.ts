import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, mkdtemp, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StrategyName, WorkspaceStrategy } from "@fresco/ports";
import { clearWork } from "./overlay-work.ts";

const run = promisify(execFile);

/** What was found out, and about what: another kernel, volume or user makes it void. */
interface Remembered {
  readonly about: string;
  readonly strategy: WorkspaceStrategy;
}

/** What the volume of a state directory can do. Tried once with the real operations, and remembered in the directory. */
export async function detectStrategy(state: string): Promise<WorkspaceStrategy> {
  const file = join(state, "strategy.json");
  const about = [process.platform, release(), (await stat(state)).dev, process.geteuid?.()].join(" ");
  const remembered = await recall(file);
  if (remembered?.about === about) return remembered.strategy;
  const strategy = await probe(state);
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify({ about, strategy } satisfies Remembered, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
  return strategy;
}

async function recall(file: string): Promise<Remembered | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(file, "utf8"));
    return isRemembered(found) ? found : undefined;
  } catch {
    // Missing or damaged: the probe tells again.
    return undefined;
  }
}

function isRemembered(value: unknown): value is Remembered {
  return isRecord(value) && typeof value["about"] === "string" && isStrategy(value["strategy"]);
}

function isStrategy(value: unknown): value is WorkspaceStrategy {
  if (!isRecord(value) || typeof value["overlay"] !== "boolean" || !isRecord(value["reasons"])) return false;
  const directory = value["directory"];
  return (
    (directory === "btrfs" || directory === "reflink" || directory === "copy") &&
    Object.values(value["reasons"]).every((reason) => typeof reason === "string")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

async function probe(state: string): Promise<WorkspaceStrategy> {
  const directory = await mkdtemp(join(state, "probe-"));
  try {
    const [noOverlay, noReflink, noBtrfs] = await Promise.all([probeOverlay(directory), probeReflink(directory), probeBtrfs(directory)]);
    const reasons: Partial<Record<StrategyName, string>> = { btrfs: noBtrfs };
    if (noOverlay !== undefined) reasons.overlay = noOverlay;
    if (noReflink !== undefined) reasons.reflink = noReflink;
    else reasons.copy = "not needed: files share their blocks until they are written";
    return { overlay: noOverlay === undefined, directory: noReflink === undefined ? "reflink" : "copy", reasons };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Mounts an overlay, writes and removes a file in it, and looks at the upper directory. Answers why it does not work. */
async function probeOverlay(at: string): Promise<string | undefined> {
  if (process.platform !== "linux") return "overlay mounts exist on Linux only";
  const root = process.geteuid?.() === 0;
  const [lower, upper, work, mount] = await Promise.all(
    ["lower", "upper", "work", "mount"].map(async (name) => {
      await mkdir(join(at, name));
      return name;
    }),
  );
  await writeFile(join(at, "lower", "file"), "");
  // With `userxattr` the kernel takes `redirect_dir=off` for `follow` and refuses the pair: `nofollow` works with and without.
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=nofollow,index=off,metacopy=off,xino=off${root ? "" : ",userxattr"}`;
  const script = 'mount -t overlay overlay -o "$0" "$1" && cd "$1" && rm file && : > new';
  try {
    await run("unshare", [root ? "-m" : "-Urm", "sh", "-ec", script, options, String(mount)], { cwd: at, timeout: 10_000 });
    const [gone, written] = await Promise.all([lstat(join(at, "upper", "file")), lstat(join(at, "upper", "new"))]);
    return gone.isCharacterDevice() && written.isFile()
      ? undefined
      : "an overlay was mounted, but its upper directory does not hold what was written";
  } catch (error) {
    return `an overlay cannot be mounted here: ${sentence(error)}`;
  } finally {
    await clearWork(join(at, "work"));
  }
}

async function probeReflink(at: string): Promise<string | undefined> {
  try {
    await writeFile(join(at, "original"), "x".repeat(4096));
    await copyFile(join(at, "original"), join(at, "clone"), constants.COPYFILE_FICLONE_FORCE);
    return undefined;
  } catch (error) {
    return `the file system cannot share blocks between files: ${sentence(error)}`;
  }
}

const BTRFS_MAGIC = 0x9123683e;

async function probeBtrfs(at: string): Promise<string> {
  if (process.platform !== "linux" || (await statfs(at)).type !== BTRFS_MAGIC) return "the volume is not btrfs";
  return "not chosen: a workspace is put together from several directories, which a snapshot of one cannot do";
}

/** The most telling line of what a program or the system said. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim().split("\n").at(-1) : undefined;
  // Of a system call's message only the reason: the paths are those of the trial.
  return said === undefined || said === "" ? error.message.replace(/, \w+ '.*$/s, "") : said;
}
