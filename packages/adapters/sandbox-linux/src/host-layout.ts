import { lstatSync, readFileSync, readlinkSync, realpathSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { HOSTNAME } from "./script.ts";

/** A file that the sandbox shows in place of the host's. Its path is relative to `/`. */
export interface Mask {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  readonly gid: number;
}

/** What of the host's file system a sandbox shows. */
export interface HostLayout {
  /** Top-level directories that are shown. */
  readonly directories: readonly string[];
  /** Top-level symlinks, as a merged `/usr` has them. */
  readonly links: Readonly<Record<string, string>>;
  /** Directories that are shown empty. */
  readonly blank: readonly string[];
  /** Instead of files with passwords and private keys. */
  readonly secrets: readonly Mask[];
  /** Instead of files with the host's name. */
  readonly names: readonly Mask[];
  /** The name servers, where `/etc/resolv.conf` leads out of `/etc`: the file that it leads to. */
  readonly resolver: string | undefined;
  /** Entries of `/proc` to hide, and to make read-only. */
  readonly hiddenProc: readonly { readonly name: string; readonly directory: boolean }[];
  readonly readOnlyProc: readonly string[];
}

const SHOWN = ["usr", "etc", "var", "opt", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix"];
const BLANK = ["etc/ssl/private", "var/tmp"];
/** As Docker has them. */
const HIDDEN_PROC = ["acpi", "asound", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi"];
const READ_ONLY_PROC = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

/** Reads the host's layout. */
export function hostLayout(): HostLayout {
  const kinds = new Map(SHOWN.map((name) => [name, kindOf(`/${name}`)]));
  const named = (kind: Kind): string[] => SHOWN.filter((name) => kinds.get(name) === kind);
  return {
    directories: named("directory"),
    links: Object.fromEntries(named("symlink").map((name) => [name, readlinkSync(`/${name}`)])),
    blank: BLANK.filter((path) => kindOf(`/${path}`) === "directory"),
    secrets: secrets(),
    names: [
      ...masked("etc/hosts", (text) => `${text.trimEnd()}\n127.0.1.1\t${HOSTNAME}\n`),
      ...masked("etc/hostname", () => `${HOSTNAME}\n`),
    ],
    resolver: resolver(),
    hiddenProc: HIDDEN_PROC.flatMap((name) => {
      const kind = kindOf(`/proc/${name}`);
      return kind === undefined ? [] : [{ name, directory: kind === "directory" }];
    }),
    readOnlyProc: READ_ONLY_PROC.filter((name) => kindOf(`/proc/${name}`) !== undefined),
  };
}

type Kind = "directory" | "symlink" | "file";

function kindOf(path: string): Kind | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  return stat.isDirectory() ? "directory" : stat.isSymbolicLink() ? "symlink" : "file";
}

function secrets(): readonly Mask[] {
  const passwords = ["etc/shadow", "etc/shadow-", "etc/gshadow", "etc/gshadow-"].flatMap((path) => masked(path, withoutPasswords));
  const hostKeys = list("/etc/ssh")
    .filter((name) => name.startsWith("ssh_host_"))
    .flatMap((name) => masked(`etc/ssh/${name}`, () => ""));
  return [...passwords, ...hostKeys];
}

/** Names must resolve although `/run` is not the host's. */
function resolver(): string | undefined {
  try {
    const path = realpathSync("/etc/resolv.conf");
    return path.startsWith("/etc/") ? undefined : path;
  } catch {
    return undefined;
  }
}

/** Accounts stay, since programs that add some rewrite these files; nobody's password does. */
function withoutPasswords(text: string): string {
  return text.replace(/^([^:\n]*):[^:\n]*/gm, "$1:*");
}

function masked(path: string, rewrite: (text: string) => string): readonly Mask[] {
  const stat = lstatSync(join("/", path), { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return [];
  try {
    return [{ path, text: rewrite(readFileSync(join("/", path), "latin1")), mode: stat.mode & 0o777, gid: stat.gid }];
  } catch {
    // An ordinary user cannot read it, and what it runs cannot either.
    return [];
  }
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
