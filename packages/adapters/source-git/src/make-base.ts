import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BASE_FILES, type Base, baseContext, newestBase, readManifest } from "./base.ts";
import type { BaseFacts } from "./base-facts.ts";
import { fillIndex, type IndexChanges } from "./base-index.ts";
import { layOut } from "./base-layout.ts";
import { describeIndex } from "./base-manifest.ts";
import { git, joinZero, splitZero, usersEnvironment } from "./git.ts";
import type { Manifest } from "./manifest.ts";
import type { Project } from "./project.ts";
import { fileStamp, prefixWithin, type Surroundings, type UsersRepository } from "./surroundings.ts";
import { trackedPaths } from "./users-index.ts";

/**
 * Makes a base and names it in `current`. Without `earlier` it is seeded with the user's index as far as that can be trusted; its
 * content need not be what is on the disk, as git will say how it differs.
 * @throws FrescoError `source.unreadable` when a file cannot be read. GitFailure when the working directory changes underneath.
 */
export async function makeBase(
  project: Project,
  surroundings: Surroundings,
  earlier?: { readonly base: Base; readonly changes: IndexChanges },
): Promise<Base> {
  const bases = join(project.directory, "bases");
  const name = `${Date.now().toString(36)}-${process.pid.toString(36)}-${randomBytes(4).toString("hex")}`;
  const directory = join(bases, name);
  mkdirSync(join(directory, "refs"), { recursive: true, mode: 0o700 });
  const previous = newestBase(project);
  try {
    const repository = await repositoryThatCounts(surroundings);
    const configuration = await layOut(directory, repository);
    const top = repository?.top ?? surroundings.root;
    const trackedStamp = repository === undefined ? "none" : fileStamp(join(repository.gitDirectory, "index"));
    const tracked = repository === undefined ? Buffer.alloc(0) : await trackedPaths(repository, surroundings.root);
    const borrowed = await fillIndex(project, { directory, surroundings, repository, configuration, earlier });
    const facts: BaseFacts = {
      surroundings: surroundings.key,
      top,
      prefix: prefixWithin(top, surroundings.root),
      gitDirectory: repository?.gitDirectory ?? null,
      borrowed,
      configuration: configuration.stamps,
    };
    const base = { directory, facts, git: baseContext(project, directory, top) };
    const manifest = await describeIndex(project, base, previous && readManifest(previous));
    writeLists(base, manifest, tracked, trackedStamp);
    writeFileSync(join(directory, BASE_FILES.facts), JSON.stringify(facts), { mode: 0o600 });
    publish(project, name);
    return base;
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true });
    throw cause;
  }
}

/** A repository further up that ignores the project's directory has no say in it. */
async function repositoryThatCounts({ root, repository }: Surroundings): Promise<UsersRepository | undefined> {
  if (repository === undefined || repository.top === root) return repository;
  const env = usersEnvironment({ GIT_DIR: repository.gitDirectory, GIT_WORK_TREE: repository.top });
  const asked = git({ cwd: repository.top, env }, ["check-ignore", "-z", "--stdin"], {
    input: joinZero([`./${prefixWithin(repository.top, root)}`]),
    answers: [1],
  });
  return (await asked).stdout.length > 0 ? undefined : repository;
}

function writeLists({ directory }: Base, manifest: Manifest, tracked: Buffer, trackedStamp: string): void {
  const write = (name: string, bytes: Buffer | string): void => writeFileSync(join(directory, name), bytes, { mode: 0o600 });
  const { adopted, absent } = compareTracked(manifest, splitZero(tracked));
  write(BASE_FILES.tracked, tracked);
  write(BASE_FILES.trackedStamp, trackedStamp);
  write(BASE_FILES.adopted, joinZero(adopted));
  write(BASE_FILES.absent, joinZero(absent));
}

/** A base beside the user's index: what only the one has, and what only the other. */
export function compareTracked(
  manifest: Manifest,
  tracked: readonly string[],
): { readonly adopted: readonly string[]; readonly absent: readonly string[] } {
  const { files } = manifest;
  const users = new Set(tracked);
  const adopted: string[] = [];
  for (let index = 0; index < files.length; index += 1) {
    const path = files.path(index);
    if (!users.delete(path)) adopted.push(path);
  }
  return { adopted, absent: [...users] };
}

const SUPERSEDED_MS = 10 * 60_000;

/** Names the base in `current`, and removes those that nobody can be starting from any more. Who still does starts again from the current one. */
function publish(project: Project, name: string): void {
  const link = join(project.directory, "current");
  const previous = readLink(link);
  const temporary = `${link}.${name}`;
  symlinkSync(name, temporary);
  renameSync(temporary, link);
  const bases = join(project.directory, "bases");
  for (const other of readdirSync(bases)) {
    const directory = join(bases, other);
    const age = Date.now() - (statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (other !== name && other !== previous && age > SUPERSEDED_MS) rmSync(directory, { recursive: true, force: true });
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
