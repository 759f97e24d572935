import { git, joinZero, splitZero, usersEnvironment } from "./git.ts";
import { prefixWithin, type UsersRepository } from "./surroundings.ts";

/** Every path of the user's index, `-z`, as byte paths from the project's root. */
export async function trackedPaths({ gitDirectory, top }: Pick<UsersRepository, "gitDirectory" | "top">, root: string): Promise<Buffer> {
  const env = usersEnvironment({ GIT_DIR: gitDirectory, GIT_WORK_TREE: top });
  const prefix = prefixWithin(top, root);
  const where = prefix === "" ? [] : ["--", Buffer.from(prefix, "latin1").toString("utf8")];
  const { stdout } = await git({ cwd: top, env }, [
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "ls-files",
    "-z",
    "--deduplicate",
    ...where,
  ]);
  return prefix === "" ? stdout : joinZero(splitZero(stdout).map((path) => path.slice(prefix.length)));
}
