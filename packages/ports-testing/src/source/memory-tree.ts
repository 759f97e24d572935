import { chmodSync, lutimesSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { ViewEntry } from "@fresco/cache-keys";
import { type BytePath, compileGlobs, displayPath, type GlobPattern } from "@fresco/pipeline";
import type { FrozenSource, MaterialisedView, View } from "@fresco/ports";
import { compare } from "./git-tree.ts";

/** A file as it was frozen. */
export interface MemoryFile extends ViewEntry {
  readonly content: Buffer;
  /** When this path and content were first frozen, milliseconds since the epoch. */
  readonly time: number;
}

export interface MemoryTreeParts {
  readonly tree: string;
  readonly files: readonly MemoryFile[];
  readonly ignored: readonly BytePath[];
  /** A path where a directory can be made. */
  readonly place: () => string;
}

/** A frozen tree of a {@link MemorySource}. */
export class MemoryTree implements FrozenSource {
  readonly tree: string;
  readonly kept = Promise.resolve();
  readonly #files: ReadonlyMap<BytePath, MemoryFile>;
  readonly #ignored: readonly BytePath[];
  readonly #place: () => string;

  constructor({ tree, files, ignored, place }: MemoryTreeParts) {
    this.tree = tree;
    this.#files = new Map([...files].sort((a, b) => compare(a.path, b.path)).map((file) => [file.path, file]));
    this.#ignored = [...ignored].sort(compare);
    this.#place = place;
  }

  entries(): readonly ViewEntry[] {
    return Array.from(this.#files.values(), ({ path, mode, object }) => ({ path, mode, object }));
  }

  view(globs: readonly GlobPattern[]): View {
    const compiled = compileGlobs(globs.map(({ pattern }) => pattern));
    const entries = this.entries().filter(({ path }) => compiled.matches(path));
    const matchesNothing = ({ pattern, optional }: GlobPattern, index: number): boolean =>
      !optional && !pattern.startsWith("!") && !entries.some(({ path }) => compiled.matchesPattern(index, path));
    return { entries, unmatched: globs.filter(matchesNothing).map(({ pattern }) => pattern) };
  }

  has(path: BytePath): "file" | "directory" | undefined {
    if (this.#files.has(path)) return "file";
    return [...this.#files.keys()].some((there) => there.startsWith(`${path}/`)) ? "directory" : undefined;
  }

  async ignoredMatches(pattern: string): Promise<readonly string[]> {
    const compiled = compileGlobs([pattern]);
    return this.#ignored
      .filter((path) => compiled.matches(path))
      .slice(0, 5)
      .map(displayPath);
  }

  async read(entry: ViewEntry): Promise<Uint8Array> {
    return this.#file(entry).content;
  }

  async materialise(view: readonly ViewEntry[] | "everything"): Promise<MaterialisedView> {
    const files = view === "everything" ? [...this.#files.values()] : view.map((entry) => this.#file(entry));
    if (view !== "everything" && files.length === 0) return { lower: [], release: async () => {} };
    const root = this.#place();
    makeDirectory(Buffer.from(root));
    for (const file of files) writeFile(root, file);
    return { lower: [root], release: async () => rmSync(root, { recursive: true, force: true }) };
  }

  async repository(): Promise<undefined> {}

  #file(entry: ViewEntry): MemoryFile {
    const file = this.#files.get(entry.path);
    if (file?.object !== entry.object) throw new Error(`${displayPath(entry.path)} is no entry of this tree`);
    return file;
  }
}

function writeFile(root: string, { path, mode, content, time }: MemoryFile): void {
  const full = (part: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(part, "latin1")]);
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) makeDirectory(full(path.slice(0, slash)));
  if (mode === "120000") symlinkSync(content, full(path));
  else {
    writeFileSync(full(path), content);
    chmodSync(full(path), mode === "100755" ? 0o755 : 0o644);
  }
  lutimesSync(full(path), time / 1000, time / 1000);
}

function makeDirectory(path: Buffer): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}
