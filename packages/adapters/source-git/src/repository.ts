import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import { git, type GitContext, quietEnvironment, usersEnvironment } from "./git.ts";
import type { Project } from "./project.ts";
import { findSurroundings, type UsersRepository } from "./surroundings.ts";

/** What a copy takes over from the user's configuration: what `git status` depends on, and nothing that names a program, a host or a secret. */
const TAKEN = ["core.autocrlf", "core.eol", "core.safecrlf", "core.ignorecase", "extensions.objectformat", "user.name", "user.email"];

/**
 * Copies the user's repository for a step: HEAD with its history, its branch, the tags and the index. No hooks, remotes or credentials.
 * @param directory An existing directory; the copy is made in it.
 * @returns The git directory; `undefined` where there is no repository.
 * @throws FrescoError `source.repository-above` when the project is a directory within a repository, which no `.git` in the workspace could describe.
 */
export async function copyRepository(project: Project, directory: string): Promise<string | undefined> {
  const { repository, root } = findSurroundings(project.root);
  if (repository === undefined) return undefined;
  if (repository.top !== root) {
    throw new FrescoError("source.repository-above", `the repository of ${root} is rooted at ${repository.top}`, {
      hint: "`git: true` works where the project's root is the repository's: move .fresco there, or leave `git` out",
      kind: "input",
    });
  }
  const target = join(directory, "git");
  for (const name of ["objects/pack", "refs", "info"]) await mkdir(join(target, name), { recursive: true, mode: 0o755 });
  const user = { cwd: repository.top, env: usersEnvironment({ GIT_DIR: repository.gitDirectory, GIT_WORK_TREE: repository.top }) };
  await writeConfig(user, target);
  await copyIfThere(join(repository.gitDirectory, "index"), join(target, "index"));
  await copyIfThere(join(repository.commonDirectory, "info", "exclude"), join(target, "info", "exclude"));
  await copyObjects(user, repository, target);
  await copyRefs(user, target);
  return target;
}

async function writeConfig(user: GitContext, target: string): Promise<void> {
  const copy = { cwd: target, env: quietEnvironment({ GIT_DIR: target }) };
  await writeFile(join(target, "HEAD"), "ref: refs/heads/none\n");
  const version = (await configured(user, "extensions.objectformat")) === "sha256" ? 1 : 0;
  await writeFile(
    join(target, "config"),
    `[core]\n\trepositoryformatversion = ${version}\n\tbare = false\n\tfilemode = true\n\tlogallrefupdates = false\n`,
  );
  for (const key of TAKEN) {
    const value = await configured(user, key);
    if (value !== undefined) await git(copy, ["config", "--file", join(target, "config"), key, value]);
  }
}

async function configured(user: GitContext, key: string): Promise<string | undefined> {
  const { stdout } = await git(user, ["config", "-z", "--get", key], { answers: [1] });
  return stdout.length === 0 ? undefined : stdout.toString("utf8", 0, stdout.length - 1);
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((cause: unknown) => {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
  });
}

/** Everything that HEAD, the tags and the index need. */
async function copyObjects(user: GitContext, { commonDirectory }: UsersRepository, target: string): Promise<void> {
  const tips = (await refsOf(user)).map(({ object }) => object);
  await copyIfThere(join(commonDirectory, "shallow"), join(target, "shallow"));
  const input = Buffer.from([...new Set(tips)].map((tip) => `${tip}\n`).join(""));
  const objects = join(target, "objects");
  // git makes its temporary files in the object directory: let that be the copy's.
  const env = {
    ...user.env,
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(join(commonDirectory, "objects")),
  };
  await git({ ...user, env }, ["pack-objects", "-q", "--revs", "--indexed-objects", join(objects, "pack", "pack")], { input });
}

async function copyRefs(user: GitContext, target: string): Promise<void> {
  const copy = { cwd: target, env: quietEnvironment({ GIT_DIR: target }) };
  const refs = await refsOf(user);
  const commands = refs.filter(({ name }) => name !== "HEAD").map(({ name, object }) => `create ${name}\0${object}\0`);
  if (commands.length > 0) await git(copy, ["update-ref", "-z", "--stdin"], { input: Buffer.from(commands.join("")) });
  const branch = (await git(user, ["symbolic-ref", "-q", "HEAD"], { answers: [1] })).stdout.toString("utf8").trim();
  const head = branch === "" ? refs.find(({ name }) => name === "HEAD")?.object : `ref: ${branch}`;
  await writeFile(join(target, "HEAD"), `${head ?? "ref: refs/heads/main"}\n`);
}

/** HEAD (absent before the first commit), its branch and the tags. */
async function refsOf(user: GitContext): Promise<readonly { readonly name: string; readonly object: string }[]> {
  const branch = (await git(user, ["symbolic-ref", "-q", "HEAD"], { answers: [1] })).stdout.toString("utf8").trim();
  const head = (await git(user, ["rev-parse", "-q", "--verify", "HEAD^{commit}"], { answers: [1, 128] })).stdout.toString("utf8").trim();
  const { stdout } = await git(user, ["for-each-ref", "--format=%(objectname) %(refname)", "refs/tags"]);
  const tags = stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  const own = head === "" ? [] : [`${head} HEAD`, ...(branch === "" ? [] : [`${head} ${branch}`])];
  return [...own, ...tags].map((line) => ({ object: line.slice(0, line.indexOf(" ")), name: line.slice(line.indexOf(" ") + 1) }));
}
