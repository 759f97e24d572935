import { native } from "./native.ts";

/** A node's extended attributes, the overlay's own kept apart. */
export interface Attributes {
  /** Names to values as latin1; absent when there are none. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Names of the attributes with which an overlay marks its upper directory. They are no content. */
  readonly overlay: readonly string[];
  /** This directory of an upper hides what lies beneath it. */
  readonly opaque: boolean;
}

const NONE: Attributes = { overlay: [], opaque: false };

/** As root overlayfs writes `trusted.`, mounted with `userxattr` it writes `user.`. */
const overlayName = /^(?:trusted|user)\.overlay\./;

/** The label that the host's SELinux policy gives every file: a fact of the host, which no other host can replay. */
const HOST_LABEL = "security.selinux";

/** Reads a node's attributes without following a symlink. Elsewhere than on Linux there are none. */
export function readAttributes(path: Buffer): Attributes {
  if (process.platform !== "linux") return NONE;
  const names = native().listXattrs(path);
  if (names.length === 0) return NONE;
  const overlay = names.filter((name) => overlayName.test(name));
  const values: [string, string][] = [];
  for (const name of names) {
    if (name === HOST_LABEL || overlayName.test(name)) continue;
    const value = native().getXattr(path, name);
    if (value !== undefined) values.push([name, value.toString("latin1")]);
  }
  return {
    ...(values.length === 0 ? {} : { xattrs: Object.fromEntries(values) }),
    overlay,
    opaque: overlay.some((name) => name.endsWith(".overlay.opaque") && native().getXattr(path, name)?.toString("latin1") === "y"),
  };
}

/** Gives a new node the attributes of a layer entry. */
export function writeAttributes(path: Buffer, xattrs: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(xattrs ?? {})) native().setXattr(path, name, Buffer.from(value, "latin1"));
}

/** Makes an existing node's attributes those of a layer entry: others are removed. */
export function replaceAttributes(path: Buffer, xattrs: Readonly<Record<string, string>> | undefined): void {
  const before = readAttributes(path).xattrs;
  if (sameAttributes(before, xattrs)) return;
  for (const name of Object.keys(before ?? {})) if (xattrs?.[name] === undefined) native().removeXattr(path, name);
  writeAttributes(path, xattrs);
}

export function sameAttributes(a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean {
  if (a === b) return true;
  const names = Object.keys(a ?? {});
  return names.length === Object.keys(b ?? {}).length && names.every((name) => a?.[name] === b?.[name]);
}
