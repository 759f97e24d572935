/** Where every isolating sandbox shows the workspace. */
export const WORKSPACE = "/workspace";

/** What is constant in every step where the image says nothing else. */
const CONSTANTS: Readonly<Record<string, string>> = { LANG: "C.UTF-8", TZ: "UTC" };

/** What a step is started with. */
export interface Start {
  /** A word that nobody can guess, before what the script says of itself on standard error. */
  readonly word: string;
  /** Relative to the workspace. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The program and all its arguments. */
  readonly argv: readonly [string, ...string[]];
}

/**
 * What the container's shell reads from its standard input: the environment thus is in no inspection of the container, in no image that is made of
 * it, in no argument list and in no file. Its first line on standard error tells whether the command is handed over to.
 */
export function startScript({ word, cwd, env, argv }: Start): string {
  const directory = quote(cwd);
  return [
    "umask 022",
    `cd ${WORKSPACE} || exit 126`,
    ...(cwd === "." ? [] : [`mkdir -p -- ${directory} && cd -- ${directory} || exit 126`]),
    "unset OLDPWD",
    ...Object.entries(CONSTANTS).map(([name, value]) => `export ${name}="\${${name}-${value}}"`),
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`),
    `command -v ${quote(argv[0])} >/dev/null || { echo ${word} missing >&2; exit 127; }`,
    `echo ${word} started >&2`,
    `exec ${argv.map(quote).join(" ")} </dev/null`,
    "",
  ].join("\n");
}

/** To everything in the container but its pid 1. */
export function signalScript(signal: string): string {
  return `kill -s ${signal} -- -1`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
