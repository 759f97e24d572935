import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/** In the environment of each of a step's processes, and of those that they start unless these clear theirs. */
export const MARKER = "FRESCO_STEP";

/** A process of a step. */
export interface Survivor {
  readonly pid: number;
  readonly group: number;
}

/** The processes that carry this marker, or are in the session of `leader`. Best effort: a process can leave both behind. */
export async function survivors(marker: string, leader: number | undefined): Promise<readonly Survivor[]> {
  const found = process.platform === "linux" ? fromProc(marker, leader) : await fromPs(marker);
  return found.filter(({ pid }) => pid > 1 && pid !== process.pid);
}

function fromProc(marker: string, leader: number | undefined): readonly Survivor[] {
  const sought = `${MARKER}=${marker}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      const [state, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === undefined || state === "" || state === "Z" || state === "X") return [];
      const mine = (leader !== undefined && session === String(leader)) || read(`/proc/${pid}/environ`).split("\0").includes(sought);
      return mine ? [{ pid: Number(pid), group: Number(group) }] : [];
    });
}

/** Empty for a process that has ended meanwhile or belongs to somebody else. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

async function fromPs(marker: string): Promise<readonly Survivor[]> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-axEww", "-o", "pid=,pgid=,command="], { encoding: "latin1", maxBuffer: 2 ** 26 });
    return stdout
      .split("\n")
      .filter((line) => line.includes(`${MARKER}=${marker}`))
      .map((line) => line.trim().split(/\s+/, 2).map(Number))
      .map(([pid = 0, group = 0]) => ({ pid, group }));
  } catch {
    return [];
  }
}
