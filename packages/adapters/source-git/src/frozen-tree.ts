import type { ViewEntry } from "@fresco/cache-keys";
import { type BytePath, compileGlobs, displayPath, bytePathFrom, type GlobPattern } from "@fresco/pipeline";
import { type DirectoryStore, FrescoError, type FrozenSource, type MaterialisedView, type View } from "@fresco/ports";
import { borrowingContext, newestBase } from "./base.ts";
import { readBlobs } from "./blobs.ts";
import type { Snapshot } from "./freeze.ts";
import { git, type GitContext, splitZero } from "./git.ts";
import { keep } from "./keep.ts";
import type { TreeFile } from "./manifest.ts";
import { materialise } from "./materialise.ts";
import type { Project } from "./project.ts";
import type { TreeContent } from "./tree-content.ts";
import type { TreeLeases } from "./tree-leases.ts";
import { viewOf } from "./view.ts";

export interface FrozenTreeParts {
  readonly project: Project;
  readonly directories: () => DirectoryStore | Promise<DirectoryStore>;
  readonly leases: TreeLeases;
  readonly tree: string;
  readonly content: TreeContent;
  /** `undefined`: opened by its id, so kept already. */
  readonly snapshot: Snapshot | undefined;
  /** Object files not yet synced. */
  readonly written: readonly string[];
}

/** A tree in Fresco's object store. Everything about it is computed when first asked for. */
export class FrozenTree implements FrozenSource {
  readonly tree: string;
  readonly #parts: FrozenTreeParts;
  #entries: readonly ViewEntry[] | undefined;
  #kept: Promise<void> | undefined;

  constructor(parts: FrozenTreeParts) {
    this.tree = parts.tree;
    this.#parts = parts;
  }

  /** Copying begins when this is first asked for: a run that stores nothing has no need of it. */
  get kept(): Promise<void> {
    const { project, snapshot, written } = this.#parts;
    this.#kept ??= snapshot === undefined ? Promise.resolve() : keep(project, snapshot, written);
    return this.#kept;
  }

  entries(): readonly ViewEntry[] {
    this.#entries ??= Array.from(this.#parts.content.files(), ({ path, mode, object }) => ({ path, mode, object }));
    return this.#entries;
  }

  view(globs: readonly GlobPattern[]): View {
    return viewOf(this.#parts.content, globs);
  }

  has(path: BytePath): "file" | "directory" | undefined {
    return this.#parts.content.has(path);
  }

  async ignoredMatches(pattern: string): Promise<readonly string[]> {
    const base = this.#parts.snapshot?.base ?? newestBase(this.#parts.project);
    if (base === undefined) return [];
    const { prefix } = base.facts;
    const compiled = compileGlobs([pattern]);
    const where = prefix === "" ? [] : ["--", Buffer.from(prefix, "latin1").toString("utf8")];
    const { stdout } = await git(base.git, [
      "--literal-pathspecs",
      "ls-files",
      "-z",
      "--others",
      "--ignored",
      "--exclude-standard",
      ...where,
    ]);
    const paths = splitZero(stdout).map((path) => bytePathFrom(Buffer.from(path.slice(prefix.length), "latin1")));
    return paths
      .filter((path) => compiled.matches(path))
      .slice(0, 5)
      .map(displayPath);
  }

  async read(entry: ViewEntry): Promise<Uint8Array> {
    const [content] = await readBlobs(this.#parts.project.objects, this.#git(), [entry.object]);
    if (content === undefined) throw new Error("no blob was read");
    return content;
  }

  async materialise(view: readonly ViewEntry[] | "everything", owner: string): Promise<MaterialisedView> {
    const { project, content, directories, leases } = this.#parts;
    const files = view === "everything" ? undefined : view.map((entry) => this.#file(entry));
    if (files?.length === 0) return { lower: [], release: async () => {} };
    const whole = { tree: this.tree, content, count: content.count() };
    return materialise({ project, whole, git: this.#git(), store: await directories(), leases, owner }, files);
  }

  async repository(directory: string): Promise<string | undefined> {
    const { copyRepository } = await import("./repository.ts");
    return copyRepository(this.#parts.project, directory);
  }

  #file(entry: ViewEntry): TreeFile {
    const file = this.#parts.content.find(entry.path);
    if (file?.object !== entry.object || file.mode !== entry.mode) throw new Error(`${displayPath(entry.path)} is no entry of this tree`);
    return file;
  }

  #git(): GitContext {
    const { project, snapshot } = this.#parts;
    const base = snapshot?.base ?? newestBase(project);
    if (base === undefined)
      throw new FrescoError("source.damaged", `what Fresco keeps about ${project.root} is gone`, { hint: "run again" });
    return borrowingContext(project, base);
  }
}
