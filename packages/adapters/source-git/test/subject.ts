import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BytePath, bytePath } from "@fresco/pipeline";
import type { SourceProject } from "@fresco/ports-testing/contracts";
import { MemoryStore } from "@fresco/ports-testing";
import { GitSource, type GitSourceOptions } from "../src/index.ts";

/** A project on the disk, edited as a user would. */
export class DiskProject implements SourceProject {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async write(path: BytePath, content: string | Uint8Array, executable = false): Promise<void> {
    this.#makeRoom(path);
    writeFileSync(this.at(path), content, { mode: executable ? 0o755 : 0o644 });
  }

  async symlink(path: BytePath, target: string): Promise<void> {
    this.#makeRoom(path);
    symlinkSync(target, this.at(path));
  }

  async remove(path: BytePath): Promise<void> {
    rmSync(this.at(path), { recursive: true, force: true });
  }

  async rename(from: BytePath, to: BytePath): Promise<void> {
    this.#makeRoom(to);
    renameSync(this.at(from), this.at(to));
  }

  async touch(path: BytePath): Promise<void> {
    utimesSync(this.at(path), 1_000_000_000, 1_000_000_000);
  }

  async ignore(patterns: readonly string[]): Promise<void> {
    await this.write(bytePath(".gitignore"), patterns.map((pattern) => `${pattern}\n`).join(""));
  }

  at(path: string): Buffer {
    return Buffer.concat([Buffer.from(`${this.root}/`), Buffer.from(path, "latin1")]);
  }

  /** Clears the path itself, and a file where a directory has to be. */
  #makeRoom(path: string): void {
    rmSync(this.at(path), { recursive: true, force: true });
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
      try {
        mkdirSync(this.at(path.slice(0, slash)));
      } catch {
        this.#replaceFile(path.slice(0, slash));
      }
    }
  }

  #replaceFile(path: string): void {
    try {
      mkdirSync(this.at(`${path}/.probe`));
      rmSync(this.at(`${path}/.probe`), { recursive: true });
    } catch {
      rmSync(this.at(path));
      mkdirSync(this.at(path));
    }
  }
}

/** A project, Fresco's state beside it, and a store for materialised trees. */
export class Subject implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), "fresco-source-"));
  readonly root = join(this.directory, "project");
  readonly state = join(this.directory, "state");
  readonly project: DiskProject;
  readonly owner = "owner";
  readonly store = new MemoryStore();
  readonly source: GitSource;

  constructor(options: Partial<GitSourceOptions> = {}) {
    mkdirSync(this.root);
    mkdirSync(this.state);
    const root = options.root ?? this.root;
    this.project = new DiskProject(root);
    this.source = this.open({ ...options, root });
  }

  open(options: Partial<GitSourceOptions> = {}): GitSource {
    return new GitSource({ root: this.root, state: this.state, directories: () => this.store.directories, ...options });
  }

  /** git as the user runs it, with an identity and no configuration of the machine's. */
  git(...args: readonly string[]): string {
    return userGit(this.root, ...args);
  }

  async write(path: string, content: string | Uint8Array, executable = false): Promise<void> {
    await this.project.write(bytePath(path), content, executable);
  }

  async names(): Promise<string[]> {
    return (await this.source.freeze()).entries().map(({ path }) => path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function userGit(cwd: string, ...args: readonly string[]): string {
  const identity = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };
  const env = { ...process.env, ...identity, GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync("git", ["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", ...args], {
    cwd,
    env,
    encoding: "latin1",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
