import path from "node:path";
import { root } from "../setup/packages.ts";
import { outcomeOf } from "./process.ts";

/** One thing that is wrong, in a sentence. */
export interface Finding {
  /** The rule's name, as the tool calls it. */
  readonly rule: string;
  /** Path from the repository's root; absent where the finding is about the whole. */
  readonly file?: string | undefined;
  readonly message: string;
}

/** A check of the repository; `directory` is its root, or that of a copy that shares the dependencies. */
export interface Check {
  readonly name: string;
  run(directory: string): Promise<readonly Finding[]>;
}

/** Path of a development tool's command. */
export function tool(name: string): string {
  return path.join(root, "node_modules/.bin", name);
}

/** Files that git knows or would know (not ignored) and that are there, whose names end in one of the endings. */
export async function filesOfGit(directory: string, endings: readonly string[]): Promise<string[]> {
  const { stdout } = await outcomeOf("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"], {
    cwd: directory,
  });
  const gone = await outcomeOf("git", ["ls-files", "-z", "--deleted"], { cwd: directory });
  const deleted = new Set(gone.stdout.split("\0"));
  return stdout
    .split("\0")
    .filter((file) => endings.some((ending) => file.endsWith(ending)) && !deleted.has(file))
    .sort();
}

/** A finding for every source that a tool should have read and did not: a tool that reads nothing finds nothing. */
export function unread(expected: readonly string[], read: ReadonlySet<string>): Finding[] {
  return expected.filter((file) => !read.has(file)).map((file) => ({ rule: "unread", file, message: "the check did not read this file" }));
}
