import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type BytePath, bytePath, bytePathFrom, compileGlobs, displayPath } from "@fresco/pipeline";
import { FrescoError, type FrozenSource, type Source } from "@fresco/ports";
import { blobId, treeId } from "./git-tree.ts";
import { MemoryTree, type MemoryFile } from "./memory-tree.ts";
import type { SourceProject } from "./subject.ts";

/**
 * A project in memory. Its ignore rules are those of the root's `.gitignore`, each pattern at any depth; a pattern with `/` is anchored.
 * Trees are remembered as long as the object lives; they are materialised as plain directories, a new one each time.
 */
export class MemorySource implements Source, SourceProject {
  readonly #directory: string;
  readonly #now: () => number;
  readonly #files = new Map<BytePath, { readonly mode: MemoryFile["mode"]; readonly content: Buffer }>();
  readonly #trees = new Map<string, FrozenSource>();
  readonly #firstFrozen = new Map<string, number>();

  /** @param directory An existing directory below which trees are materialised. */
  constructor(directory: string, now: () => number = Date.now) {
    this.#directory = directory;
    this.#now = now;
  }

  async freeze(): Promise<FrozenSource> {
    const isIgnored = this.#ignoreRules();
    const all = [...this.#files].map(([path, file]): MemoryFile => this.#frozen(path, file));
    const files = all.filter(({ path }) => !isIgnored(path));
    const ignored = all.filter(({ path }) => isIgnored(path)).map(({ path }) => path);
    const tree = treeId(new Map(files.map((file) => [file.path, file])));
    const frozen = new MemoryTree({ tree, files, ignored, place: () => join(this.#directory, randomUUID()) });
    this.#trees.set(tree, frozen);
    return frozen;
  }

  async open(tree: string): Promise<FrozenSource | undefined> {
    return this.#trees.get(tree);
  }

  async write(path: BytePath, content: string, executable = false): Promise<void> {
    this.#put(path, { mode: executable ? "100755" : "100644", content: Buffer.from(content) });
  }

  async symlink(path: BytePath, target: string): Promise<void> {
    this.#put(path, { mode: "120000", content: Buffer.from(target) });
  }

  async remove(path: BytePath): Promise<void> {
    for (const there of this.#files.keys()) if (there === path || there.startsWith(`${path}/`)) this.#files.delete(there);
  }

  async rename(from: BytePath, to: BytePath): Promise<void> {
    const moved = [...this.#files].filter(([path]) => path === from || path.startsWith(`${from}/`));
    if (moved.length === 0) throw new FrescoError("source.missing", `there is no ${displayPath(from)}`);
    await this.remove(from);
    for (const [path, file] of moved) this.#put(bytePathFrom(Buffer.from(to + path.slice(from.length), "latin1")), file);
  }

  async touch(): Promise<void> {}

  async ignore(patterns: readonly string[]): Promise<void> {
    await this.write(bytePath(".gitignore"), patterns.map((pattern) => `${pattern}\n`).join(""));
  }

  #put(path: BytePath, file: { readonly mode: MemoryFile["mode"]; readonly content: Buffer }): void {
    for (const there of this.#files.keys()) if (there.startsWith(`${path}/`) || path.startsWith(`${there}/`)) this.#files.delete(there);
    this.#files.set(path, file);
  }

  #frozen(path: BytePath, { mode, content }: { readonly mode: MemoryFile["mode"]; readonly content: Buffer }): MemoryFile {
    const object = blobId(content);
    const name = `${object} ${path}`;
    const time = this.#firstFrozen.get(name) ?? this.#now();
    this.#firstFrozen.set(name, time);
    return { path, mode, object, content, time };
  }

  #ignoreRules(): (path: BytePath) => boolean {
    const lines = this.#files.get(bytePath(".gitignore"))?.content.toString("utf8").split("\n") ?? [];
    const patterns = lines
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.replace(/^(!?)([^/]+\/?)$/, "$1**/$2"));
    const compiled = compileGlobs(patterns);
    return (path) => compiled.matches(path);
  }
}
