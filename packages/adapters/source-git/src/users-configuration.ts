import { homedir } from "node:os";
import { join } from "node:path";
import { git, splitZero, usersEnvironment } from "./git.ts";
import { fileStamp, type UsersRepository } from "./surroundings.ts";

/** What of the user's git configuration counts for freezing. */
export interface UsersConfiguration {
  /** The file with ignore rules for all repositories; it need not exist. */
  readonly excludesFile: string;
  /** Lower-case key to its last value. */
  readonly values: ReadonlyMap<string, string>;
  /** Every file that contributed or could have, to its stamp. */
  readonly stamps: Readonly<Record<string, string>>;
}

/** Reads the configuration that the user's git would read here. @param fallback A git directory to stand in where there is no repository. */
export async function readConfiguration(repository: UsersRepository | undefined, fallback: string): Promise<UsersConfiguration> {
  const gitDirectory = repository?.gitDirectory ?? fallback;
  const context = { cwd: repository?.top ?? "/", env: usersEnvironment({ GIT_DIR: gitDirectory, ...(repository && { GIT_WORK_TREE: repository.top }) }) };
  const [list, excludes] = await Promise.all([
    git(context, ["config", "--list", "--show-origin", "--includes", "-z"]),
    // Exit 1: not set. `--type=path` resolves "~/".
    git(context, ["config", "--includes", "--type=path", "-z", "--get", "core.excludesFile"], { answers: [1] }),
  ]);
  const home = process.env["HOME"] ?? homedir();
  const xdg = join(process.env["XDG_CONFIG_HOME"] || join(home, ".config"), "git");
  const common = repository?.commonDirectory;
  const own = common === undefined ? [] : [join(common, "config"), join(gitDirectory, "config.worktree")];
  const { values, files } = parseList(list.stdout, context.cwd);
  const watched = [...files.filter((file) => !file.startsWith(`${fallback}/`)), join(home, ".gitconfig"), join(xdg, "config"), "/etc/gitconfig", ...own];
  return {
    excludesFile: splitZero(excludes.stdout)[0] || join(xdg, "ignore"),
    values,
    stamps: Object.fromEntries(watched.map((file) => [file, fileStamp(file)])),
  };
}

/** Pairs of origin and `key\nvalue`, each ended by NUL. */
function parseList(output: Buffer, cwd: string): { readonly values: Map<string, string>; readonly files: readonly string[] } {
  const parts = output.toString("utf8").split("\0");
  const values = new Map<string, string>();
  const files = new Set<string>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const origin = parts[at] ?? "";
    if (origin.startsWith("file:")) files.add(join(origin.startsWith("file:/") ? "/" : cwd, origin.slice("file:".length)));
    const [key = "", ...value] = (parts[at + 1] ?? "").split("\n");
    values.set(key.toLowerCase(), value.join("\n"));
  }
  return { values, files: [...files] };
}
