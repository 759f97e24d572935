import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { fileStamp, type UsersRepository } from "./surroundings.ts";

/** What of the user's git configuration counts for freezing. */
export interface UsersConfiguration {
  /** The file with ignore rules for all repositories; it need not exist. */
  readonly excludesFile: string;
  /** Key, section and variable in lower case, to its last value. */
  readonly values: ReadonlyMap<string, string>;
  /** Every file that contributed or could have, to its stamp. */
  readonly stamps: Readonly<Record<string, string>>;
}

const REPOSITORY_VARIABLES = ["GIT_DIR", "GIT_WORK_TREE"];

/** Reads the configuration that the user's git would read here. @param fallback A git directory to stand in where there is no repository. */
export async function readConfiguration(repository: UsersRepository | undefined, fallback: string): Promise<UsersConfiguration> {
  const { simpleGit } = await import("simple-git");
  const gitDirectory = repository?.gitDirectory ?? fallback;
  const top = repository?.top ?? fallback;
  const home = process.env["HOME"] ?? homedir();
  const config = process.env["XDG_CONFIG_HOME"] || join(home, ".config");
  const git = simpleGit({ baseDir: top, allowEnvironment: REPOSITORY_VARIABLES }).env({
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_CONFIG_HOME: config,
    GIT_DIR: gitDirectory,
    GIT_WORK_TREE: top,
  });
  // `--type=path` resolves "~/"; nothing is printed where it is not set.
  const [list, excludes] = await Promise.all([
    git.listConfig(),
    git.raw(["config", "--includes", "--type=path", "-z", "--get", "core.excludesFile"]),
  ]);
  const contributed = list.files
    .map((file) => (isAbsolute(file) ? file : join(top, file)))
    .filter((file) => !file.startsWith(`${fallback}/`));
  const own = repository === undefined ? [] : [join(repository.commonDirectory, "config"), join(gitDirectory, "config.worktree")];
  const watched = [...contributed, join(home, ".gitconfig"), join(config, "git", "config"), "/etc/gitconfig", ...own];
  return {
    excludesFile: excludes.replace(/\0$/, "") || join(config, "git", "ignore"),
    values: new Map(
      Object.entries(list.all).map(([key, value]) => [key.toLowerCase(), Array.isArray(value) ? (value.at(-1) ?? "") : value]),
    ),
    stamps: Object.fromEntries(watched.map((file) => [file, fileStamp(file)])),
  };
}
