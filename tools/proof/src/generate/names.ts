/** Files that users keep in the source. Steps write to them too, seldom. */
export const SOURCE_PATHS = ["a.txt", "b.txt", "dir/x.txt", "dir/y.txt", "dir/sub/z.txt", "lib", "run.sh", "grün er.txt"] as const;

/** What steps write, and users hardly. */
export const BUILT_PATHS = ["out/one", "out/two", "out/deep/three", "made.txt", "dir/made.txt"] as const;

export const DIRECTORIES = ["dir", "dir/sub", "lib", "out", "out/deep", "empty"] as const;

export const TARGETS = ["a.txt", "x.txt", "dir", "missing", "/nonexistent/target"] as const;
export const LINKED_FILES = ["h1", "h2"] as const;

export const WORDS = ["red", "blue", "cyan"] as const;
export const VARIABLES = ["COLOUR", "SHAPE"] as const;

/** For `onChange`. */
export const GLOBS = [
  "a.txt",
  "b.txt",
  "dir",
  "dir/*.txt",
  "**/*.txt",
  "*.txt",
  "!b.txt",
  "!dir/y.txt",
  "lib",
  "dir/sub/",
  "run.sh",
  "?.txt",
  "made.txt",
] as const;

/** For `outputs`. */
export const OUTPUTS = [["out"], ["out/one"], ["out/*", "made.txt"], ["**/*.txt"], ["**", "!out/two"], []] as const;

export const SHELLS = [
  ["/bin/sh", "-e"],
  ["/bin/sh", "-eu"],
  ["/bin/sh", "-ef"],
] as const;
export const DIRECTORIES_TO_WORK_IN = [".", "desk", "desk/deep"] as const;

/** For ignore files. */
export const IGNORED = ["made.txt", "dir/", "*.sh", "b.txt", "!dir/x.txt", "/lib"] as const;

/** Values of a variable that passes from the user's environment into every sandbox; `PROXY` is the one. */
export const PROXY = "http_proxy";
export const PROXIES = ["http://one.invalid:1", "http://two.invalid:22"] as const;

/** Values of secrets by name, of different lengths: only the length is ever printed. They never change. */
export const SECRETS: ReadonlyMap<string, string> = new Map([
  ["SHORT", "short-and-secret"],
  ["LONG", "a-longer-one-and-secret-too"],
]);
export const SECRET_VARIABLE = "TOKEN";
