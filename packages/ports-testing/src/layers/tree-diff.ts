import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import { type BytePath, bytePathFrom, compileGlobs } from "@fresco/pipeline";
import type { CaptureOptions } from "@fresco/ports";

type Written = Exclude<LayerEntry, { readonly type: "deleted" }>;

/** A whole tree read into memory: path to entry. Sockets are left out; files of one inode are linked to the first. */
export function readTree(directory: string): ReadonlyMap<BytePath, Written> {
  const tree = new Map<BytePath, Written>();
  const firsts = new Map<number, BytePath>();
  for (const path of walk(directory)) {
    const at = nodeAt(directory, path);
    const stat = lstatSync(at);
    const entry = entryOf(path, at, stat);
    if (entry === undefined) continue;
    const first = stat.nlink > 1 && entry.type === "file" ? firsts.get(stat.ino) : undefined;
    if (first === undefined) firsts.set(stat.ino, path);
    tree.set(path, first === undefined || entry.type !== "file" ? entry : { ...entry, link: first });
  }
  return tree;
}

/** What a step changed, as a layer's entries; `created`: the directories among them that were not there before. */
export function differenceOf(
  before: ReadonlyMap<BytePath, Written>,
  after: ReadonlyMap<BytePath, Written>,
  { outputs, exclude = [] }: CaptureOptions,
): { readonly entries: readonly LayerEntry[]; readonly created: ReadonlySet<BytePath> } {
  const globs = outputs === null ? undefined : compileGlobs(outputs);
  const excluded = (path: BytePath) => exclude.some((name) => path === name || path.startsWith(`${name}/`));
  const passes = (path: BytePath) => globs === undefined || globs.matches(path);
  const changed = [...after.values()].filter(
    (entry) => !excluded(entry.path) && JSON.stringify(entry) !== JSON.stringify(before.get(entry.path)),
  );
  const kept = changed.filter(({ path }) => passes(path)).map(({ path }) => path);
  const written = changed.filter(
    ({ path, type }) => passes(path) || (type === "directory" && kept.some((other) => other.startsWith(`${path}/`))),
  );
  const gone = [...before.values()].filter(({ path }) => !after.has(path) && !excluded(path) && passes(path));
  const entries = [...written, ...gone.map(({ path, type }): LayerEntry => ({ path, type: "deleted", directory: type === "directory" }))];
  const created = written.filter(({ path, type }) => type === "directory" && before.get(path)?.type !== "directory");
  return { entries: entries.sort((a, b) => (a.path < b.path ? -1 : 1)), created: new Set(created.map(({ path }) => path)) };
}

/** Where a path lies beneath a directory, as raw bytes. */
export function nodeAt(directory: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, "latin1")]);
}

/** The directories above a path, outermost first. */
export function parentsOf(path: BytePath): BytePath[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, depth) => bytePathFrom(Buffer.from(parts.slice(0, depth + 1).join("/"), "latin1")));
}

function* walk(directory: string, below = ""): Generator<BytePath> {
  const names = readdirSync(below === "" ? directory : nodeAt(directory, below), { encoding: "buffer" });
  for (const name of names.map((bytes) => bytes.toString("latin1")).sort()) {
    const path = bytePathFrom(Buffer.from(below === "" ? name : `${below}/${name}`, "latin1"));
    yield path;
    if (lstatSync(nodeAt(directory, path)).isDirectory()) yield* walk(directory, path);
  }
}

function entryOf(path: BytePath, at: Buffer, stat: Stats): Written | undefined {
  const node = { path, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
  if (stat.isFile())
    return { ...node, type: "file", size: stat.size, content: createHash("sha256").update(readFileSync(at)).digest("hex") };
  if (stat.isDirectory()) return { ...node, type: "directory" };
  if (stat.isSymbolicLink()) return { ...node, type: "symlink", target: bytePathFrom(readlinkSync(at, "buffer")) };
  if (stat.isFIFO()) return { ...node, type: "fifo" };
  return undefined;
}
