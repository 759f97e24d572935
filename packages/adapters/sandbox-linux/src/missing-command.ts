import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** How shells and `env` say that a command is missing. */
const COMPLAINTS: readonly RegExp[] = [
  /^[^:\n]*: (?:line )?\d+: ([^\s:]+): (?:command )?not found$/,
  /^[^:\n]*: ([^\s:]+): (?:command )?not found$/,
  /: command not found: ([^\s:]+)$/,
  /^(?:\S*\/)?env: [‘'"]?([^\s:’'"]+)[’'"]?: No such file or directory$/,
];

/**
 * Says where the host has a command that a step missed; for steps that exited with 127.
 * @param tail the last lines of the step's standard error.
 * @param find the host's path of a command, by its name.
 * @returns a sentence with a cure, or `undefined` when no command is named or the host has none either.
 */
export function explainMissingCommand(tail: string, find: (name: string) => string | undefined): string | undefined {
  for (const line of tail.split("\n").reverse()) {
    const name = COMPLAINTS.map((complaint) => complaint.exec(line.trim())?.[1]).find((found) => found !== undefined);
    const path = name === undefined || name.includes("/") ? undefined : find(name);
    if (path !== undefined) {
      const directory = path.slice(0, path.lastIndexOf("/"));
      return `This machine has ${name} at ${path}, which the sandbox does not show; add \`toolchains: ["${directory.replace(/\/bin$/, "") || "/"}"]\` to the pipeline to bind it.`;
    }
  }
  return undefined;
}

/** The first of these directories' executables with this name; relative directories are passed over. */
export function findCommand(name: string, directories: readonly string[]): string | undefined {
  return directories
    .filter((directory) => directory.startsWith("/"))
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
