import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a step would find at a path. */
export interface ShownFile {
  /** Permission bits; of a symlink 0. */
  readonly mode: number;
  /** Content, or a symlink's target. */
  readonly content: string;
  readonly mtimeMs: number;
}

/** What the directories show together, topmost first, whiteouts honoured: byte paths to files. A directory without a file shows as "path/". */
export function show(lower: readonly string[]): Map<string, ShownFile> {
  const shown = new Map<string, ShownFile>();
  for (const root of lower.toReversed()) layOver(shown, Buffer.from(root), "");
  return shown;
}

function layOver(shown: Map<string, ShownFile>, root: Buffer, path: string): void {
  const names = readdirSync(at(root, path), { encoding: "buffer" });
  for (const name of names) {
    const inner = path === "" ? name.toString("latin1") : `${path}/${name.toString("latin1")}`;
    const stats = lstatSync(at(root, inner));
    if (stats.isDirectory()) {
      shown.delete(inner);
      layOver(shown, root, inner);
      continue;
    }
    for (const below of shown.keys()) if (below === inner || below.startsWith(`${inner}/`)) shown.delete(below);
    if (stats.isCharacterDevice() && stats.rdev === 0) continue;
    const content = stats.isSymbolicLink() ? readlinkSync(at(root, inner), "buffer") : readFileSync(at(root, inner));
    shown.set(inner, { mode: stats.isSymbolicLink() ? 0 : stats.mode & 0o7777, content: content.toString("utf8"), mtimeMs: stats.mtimeMs });
  }
  const isEmpty = path !== "" && ![...shown.keys()].some((there) => there.startsWith(`${path}/`));
  if (isEmpty) shown.set(`${path}/`, { mode: 0, content: "", mtimeMs: 0 });
}

function at(root: Buffer, path: string): Buffer {
  return path === "" ? root : Buffer.concat([root, Buffer.from("/"), Buffer.from(path, "latin1")]);
}
