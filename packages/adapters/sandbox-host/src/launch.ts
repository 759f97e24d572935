import { accessSync, constants } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Sets the constants of a step's process that can be set in no other way, then becomes the step. */
const PREPARE = 'umask 022; exec "$@"';

/** The arguments of a step's outermost process, which leads a session of its own. */
export function launch(argv: readonly string[]): { readonly program: string; readonly args: readonly string[] } {
  const setpriv = process.platform === "linux" ? executableIn("setpriv", ["/usr/bin", "/bin"]) : undefined;
  const shell = ["-c", PREPARE, "fresco-step", ...argv];
  return setpriv === undefined
    ? { program: "/bin/sh", args: shell }
    : { program: setpriv, args: ["--pdeathsig", "KILL", "/bin/sh", ...shell] };
}

/** Is there such a program? */
export function programExists(program: string, path: string, cwd: string): boolean {
  if (program.includes("/")) return executable(isAbsolute(program) ? program : join(cwd, program));
  return executableIn(program, path.split(":")) !== undefined;
}

function executableIn(name: string, directories: readonly string[]): string | undefined {
  return directories.map((directory) => join(directory, name)).find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
