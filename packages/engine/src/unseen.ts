import { type BytePath, bytePath, bytePathFrom, displayPath } from "@fresco/pipeline";
import type { FrozenSource } from "@fresco/ports";

/**
 * Source paths that a failed step's output mentions although its view lacks them (law 1), at most `limit`. A heuristic for a message:
 * words of the output that are paths of the tree, taken as they are or beneath the workspace's path.
 */
export function unseenMentions(
  output: Uint8Array,
  source: FrozenSource,
  seen: (path: BytePath) => boolean,
  workspacePath: string,
  limit: number,
): string[] {
  const found = new Set<BytePath>();
  const prefix = bytePath(`${workspacePath}/`);
  for (const [word] of bytePathFrom(output).matchAll(/[^\s'"`:;,()[\]{}<>=|&]+/g)) {
    const inside = word.startsWith(prefix) ? word.slice(prefix.length) : word;
    const path = bytePathFrom(Buffer.from(inside.replace(/^(?:\.\/)+/, "").replace(/[./]+$/, ""), "latin1"));
    if (path === "" || found.has(path) || seen(path)) continue;
    if (source.has(path) === "file") found.add(path);
    if (found.size >= limit) break;
  }
  return [...found].map(displayPath);
}
