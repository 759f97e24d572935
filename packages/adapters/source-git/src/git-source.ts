import type { DirectoryStore, FrozenSource, Source } from "@fresco/ports";
import { takeSnapshot } from "./freeze.ts";
import { FrozenTree } from "./frozen-tree.ts";
import { removeStaleHalves, writeLoose } from "./objects.ts";
import { openProject } from "./project.ts";
import { openTree } from "./open-tree.ts";
import { TreeContent } from "./tree-content.ts";
import { TreeLeases } from "./tree-leases.ts";
import { buildTree } from "./trees.ts";

export interface GitSourceOptions {
  /** The project's directory. */
  readonly root: string;
  /** A private directory of Fresco's; what is kept about this project goes below it. */
  readonly state: string;
  /** Where materialised trees are reserved. Asked for when one is needed, so that a run which executes nothing opens nothing. */
  readonly directories: () => DirectoryStore | Promise<DirectoryStore>;
  /** Absolute paths that are no part of the source. `state` never is. @default [] */
  readonly exclude?: readonly string[];
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** The project's files as git sees them, with or without a repository, frozen into a private git directory. */
export class GitSource implements Source {
  readonly #options: GitSourceOptions;
  readonly #leases = new TreeLeases();

  constructor(options: GitSourceOptions) {
    this.#options = options;
  }

  async freeze(): Promise<FrozenSource> {
    const { root, state, exclude = [], now = Date.now, directories } = this.#options;
    const project = openProject(root, state, exclude);
    removeStaleHalves(project.objects, now());
    const snapshot = await takeSnapshot(project, now);
    const built = buildTree(snapshot.manifest, snapshot.changes);
    const written = built.objects.map((object) => writeLoose(project.objects, object));
    const content = new TreeContent(snapshot.manifest, snapshot.changes);
    return new FrozenTree({ project, directories, leases: this.#leases, tree: built.tree, content, snapshot, written });
  }

  async open(tree: string): Promise<FrozenSource | undefined> {
    const { root, state, exclude = [], directories } = this.#options;
    const project = openProject(root, state, exclude);
    const content = await openTree(project, tree);
    return content && new FrozenTree({ project, directories, leases: this.#leases, tree, content, snapshot: undefined, written: [] });
  }
}
