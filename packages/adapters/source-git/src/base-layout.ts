import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UsersRepository } from "./surroundings.ts";
import { readConfiguration, type UsersConfiguration } from "./users-configuration.ts";

/** Bytes are stored as they are on the disk; these settings and the attributes keep git from converting, caching elsewhere or calling out. */
const CONFIG = `[core]
	repositoryFormatVersion = 0
	bare = false
	fileMode = true
	symlinks = true
	autocrlf = false
	safecrlf = false
	untrackedCache = true
	splitIndex = false
	fsmonitor = false
	hooksPath = /dev/null
	attributesFile = /dev/null
	checkStat = default
	trustctime = true
	protectHFS = false
	protectNTFS = false
	bigFileThreshold = 512m
	fsync = none
[status]
	showUntrackedFiles = all
[index]
	skipHash = false
	sparse = false
[gc]
	auto = 0
[maintenance]
	auto = false
`;
const ATTRIBUTES = "* -text -filter -ident -working-tree-encoding -eol -crlf\n";

/** Makes an existing directory a git directory whose ignore rules are the user's. */
export async function layOut(directory: string, repository: UsersRepository | undefined): Promise<UsersConfiguration> {
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text, { mode: 0o600 });
  mkdirSync(join(directory, "info"), { mode: 0o700 });
  write("HEAD", "ref: refs/heads/none\n");
  write("config", CONFIG);
  write("info/attributes", ATTRIBUTES);
  const configuration = await readConfiguration(repository, directory);
  const ignoreCase = configuration.values.get("core.ignorecase") === "true";
  write("config", `${CONFIG}[core]\n\texcludesFile = ${JSON.stringify(configuration.excludesFile)}\n\tignoreCase = ${ignoreCase}\n`);
  if (repository !== undefined) symlinkSync(join(repository.commonDirectory, "info", "exclude"), join(directory, "info", "exclude"));
  return configuration;
}
