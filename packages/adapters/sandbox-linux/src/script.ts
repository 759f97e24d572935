/** Docker's default capabilities without MKNOD. */
const CAPABILITIES =
  "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot audit_write setfcap".split(" ");

/** What setpriv(1) is told to take away from a step. */
export const CONFINEMENT: readonly string[] = [
  "--no-new-privs",
  "--inh-caps=-all",
  `--bounding-set=-all,${CAPABILITIES.map((name) => `+${name}`).join(",")}`,
];

/** Where every isolating sandbox shows the workspace. */
export const WORKSPACE = "/workspace";

/** The name that a step sees its machine under. */
export const HOSTNAME = "fresco";

/**
 * Runs as pid 1 of a cell's namespace, outside its root. Arguments: where mount(8) runs, mount(8), the cell's table, ip(8) where there is a
 * loopback of the cell's own to bring up, then the command that confines and enters the root. On descriptor 0 comes the name of the step's table. 3 is the control socket (this script writes `init`, `mounted` or `unmounted`,
 * `exit`; the inner one reads itself from it and writes `started`), 4 the step's stderr, 2 the diagnostics.
 *
 * The command runs in the foreground: in the background a shell without job control would have it ignore INT and QUIT. So it is the mounting of
 * the workspace that waits in the background, outside the root but in the same namespace. Writing first fails when the owner died before its death
 * could reach us, since its end of the socket is closed then.
 */
export const INIT = `
exec 5<&0 </dev/null
read -r pid _ </proc/self/stat
echo "init $pid" >&3 || exit 1
umask 022
cd "$1" && "$2" -a -T "$3" || exit 1
mount=$2
[ -z "$4" ] || "$4" link set lo up
shift 4
{ echo ${HOSTNAME} >/proc/sys/kernel/hostname; } 2>/dev/null || hostname ${HOSTNAME}
{
  read -r table && "$mount" -a -T "$table" && echo mounted >&3 || echo unmounted >&3
} <&5 >/dev/null 4>&- &
exec 5<&-
"$@" <&3 3>&-
echo "exit $?" >&3
`;

/** What is started inside the root: it reads what to do from the control socket. */
export const STARTING_SHELL = ["/bin/sh", "-s"];

/** Mounts a system and waits until its namespace is held. Arguments: mount(8), its table. */
export const STAGE = `
"$1" -a -T "$2" || exit 1
echo mounted
read -r _
`;

/** Sends a signal to everything in a namespace but its pid 1, again while there is nothing yet. It dies with the namespace. */
export const SIGNAL_ALL = `until kill -s "$1" -- -1 2>/dev/null; do :; done`;

/** What a step is started with, once its root is there. */
export interface Start {
  /** Relative to the workspace. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The program and all its arguments. */
  readonly argv: readonly [string, ...string[]];
}

/**
 * The inner script, which a shell inside the root reads from the control socket: the environment thus appears in no argument list and
 * no file, and no program of the host runs under it (LD_PRELOAD).
 */
export function innerScript(start: Start): string {
  const directory = quote(start.cwd);
  return [
    `unset LC_ALL LIBMOUNT_FORCE_MOUNT2`,
    `cd ${WORKSPACE} || exit 1`,
    ...(start.cwd === "." ? [] : [`mkdir -p -- ${directory} && cd -- ${directory} || exit 1`]),
    `unset OLDPWD`,
    ...Object.entries(start.env).map(([name, value]) => `export ${name}=${quote(value)}`),
    `command -v ${quote(start.argv[0])} >/dev/null || { echo missing >&0; exit 127; }`,
    `echo started >&0`,
    `exec 2>&4`,
    `exec ${start.argv.map(quote).join(" ")} </dev/null 4>&-`,
    "",
  ].join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
