import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { git, GitFailure, joinZero, quietEnvironment, splitZero, usersEnvironment } from "./git.ts";
import { formatIndex, parseIndex, type IndexEntry } from "./index-file.ts";
import type { UsersRepository } from "./surroundings.ts";
import type { UsersConfiguration } from "./users-configuration.ts";

export interface Seed {
  readonly repository: UsersRepository;
  /** Only what begins so is taken. */
  readonly prefix: string;
  readonly configuration: UsersConfiguration;
  /** The index to write. */
  readonly into: string;
}

/**
 * Starts an index with what the user's says about unchanged files, so that they need not be read. An entry is taken only if its object is
 * what lies on the disk byte for byte: no filter converts the file, and the object is there and as large as the file is.
 * @returns The object directories that hold the objects; empty when nothing could be taken.
 */
export async function seedIndex({ repository, prefix, configuration, into }: Seed): Promise<readonly string[]> {
  if ((configuration.values.get("extensions.objectformat") ?? "sha1") !== "sha1") return [];
  const file = join(repository.gitDirectory, "index");
  const seconds = Math.floor((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000);
  const all = seconds === 0 ? undefined : parseIndex(readFileSync(file));
  const within = all?.filter(({ path }) => path.startsWith(prefix)) ?? [];
  if (within.length === 0) return [];
  try {
    const borrowed = join(repository.commonDirectory, "objects");
    const [converted, sizes] = await Promise.all([convertedAmong(repository, within), objectSizes(dirname(into), borrowed, within)]);
    const taken = within.filter(({ path, object, size }) => !converted.has(path) && sizes.get(object) === size);
    if (taken.length === 0) return [];
    writeFileSync(into, formatIndex(taken), { mode: 0o600 });
    // Rounded down: an entry that is racy by the user's index's own time must stay racy.
    utimesSync(into, seconds, seconds);
    return [borrowed];
  } catch (cause) {
    if (cause instanceof GitFailure) return [];
    throw cause;
  }
}

const CONVERSIONS = ["filter", "working-tree-encoding", "ident"];
const NONE: ReadonlySet<string> = new Set(["unspecified", "unset"]);

/** Files whose object need not be what is on the disk although both have one size. Line ends are not among these: converting them changes the size. */
async function convertedAmong({ gitDirectory, top }: UsersRepository, entries: readonly IndexEntry[]): Promise<ReadonlySet<string>> {
  const context = { cwd: top, env: usersEnvironment({ GIT_DIR: gitDirectory, GIT_WORK_TREE: top }) };
  const { stdout } = await git(context, ["check-attr", "-z", "--stdin", ...CONVERSIONS], {
    input: joinZero(entries.map(({ path }) => path)),
  });
  const parts = splitZero(stdout);
  const converted = new Set<string>();
  for (let at = 0; at + 2 < parts.length; at += 3) if (!NONE.has(parts[at + 2] ?? "")) converted.add(parts[at] ?? "");
  return converted;
}

/** Sizes of the objects that are there, modulo 2^32 as in an index. Asked without the user's configuration: a partial clone's would make git fetch. */
async function objectSizes(gitDirectory: string, objects: string, entries: readonly IndexEntry[]): Promise<ReadonlyMap<string, number>> {
  const context = { cwd: "/", env: quietEnvironment({ GIT_DIR: gitDirectory, GIT_OBJECT_DIRECTORY: objects }) };
  const input = Buffer.from(entries.map(({ object }) => `${object}\n`).join(""));
  const { stdout } = await git(context, ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"], { input });
  const sizes = new Map<string, number>();
  for (const line of stdout.toString("latin1").split("\n")) {
    const [object = "", type, size] = line.split(" ");
    if (type === "blob") sizes.set(object, Number(size) % 2 ** 32);
  }
  return sizes;
}
