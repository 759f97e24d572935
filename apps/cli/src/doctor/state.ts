import { readdirSync, readFileSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { WorkspaceStrategy } from "@fresco/ports";
import type { Finding } from "./finding.ts";

/** Below this a run is likely to fail for want of space. Bytes. */
const LITTLE_SPACE = 1024 ** 3;

/** The state directory of an open store: it is private and on a local disk, or it would not be open. */
export async function stateFinding(state: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(state);
  const mode = (statSync(state).mode & 0o7777).toString(8).padStart(4, "0");
  const free = bavail * bsize;
  const text = `${state}: mode ${mode}, on a local file system, ${formatBytes(free)} free`;
  if (free >= LITTLE_SPACE) return { topic: "state", status: "ok", text };
  return { topic: "state", status: "note", text, hint: "Make room, or let FRESCO_HOME name a directory on a larger disk." };
}

/** How workspaces are put together here, and why not otherwise. */
export function strategyFindings({ overlay, directory, reasons }: WorkspaceStrategy): readonly Finding[] {
  const copies = directory === "copy" ? "by copying every file" : `by ${directory}`;
  const chosen = overlay ? `overlay mounts; a plain directory, where a sandbox needs one, ${copies}` : `plain directories ${copies}`;
  const others = Object.entries(reasons).filter(([name]) => name !== directory);
  return [
    { topic: "workspaces", status: overlay || directory !== "copy" ? "ok" : "note", text: chosen },
    ...others.map(([name, reason]) => ({ topic: "workspaces", status: "note", text: `no ${name}: ${reason}` }) as const),
  ];
}

/** What earlier commands left: runs that have just been ended as crashed, directories without a row, mounts. */
export function leftoverFindings(state: string, crashed: readonly string[], unaccounted: readonly string[]): readonly Finding[] {
  const mounted = mountsBelow(state);
  const findings: readonly (Finding | undefined)[] = [
    crashed.length === 0
      ? undefined
      : { topic: "leftovers", status: "note", text: `reclaimed what crashed runs had left: ${crashed.join(", ")}` },
    unaccounted.length === 0
      ? undefined
      : {
          topic: "leftovers",
          status: "note",
          text: `nothing accounts for ${unaccounted.join(", ")}`,
          hint: "Remove them once you know what they are.",
        },
    mounted.length === 0
      ? undefined
      : {
          topic: "leftovers",
          status: "note",
          text: `mounted from outside: ${mounted.join(", ")}`,
          hint: "Fresco mounts in namespaces of its own only; unmount them.",
        },
  ];
  const found = findings.filter((finding) => finding !== undefined);
  return found.length > 0
    ? found
    : [{ topic: "leftovers", status: "ok", text: `none; ${countLayers(state)} on the disk, each with its row` }];
}

function countLayers(state: string): string {
  const count = readdirSync(join(state, "l")).length;
  return count === 1 ? "1 layer is" : `${count} layers are`;
}

function mountsBelow(directory: string): readonly string[] {
  if (process.platform !== "linux") return [];
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
  return points.filter((point) => point.startsWith(`${directory}/`));
}

/** Bytes for a reader: `1.5 GiB`. */
function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
