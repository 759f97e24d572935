import { chmodSync, lstatSync, mkdirSync, statSync, type Stats } from "node:fs";
import { FrescoError } from "@fresco/ports";

/**
 * Makes a directory that only this user can enter (0700), or makes sure that an existing one is.
 * @throws FrescoError `store.foreign` when it belongs to somebody else, `store.no-directory` when it is none, `store.read-only`.
 */
export function privateDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new FrescoError("store.no-directory", `The directory ${path} cannot be made.`, {
      hint: "Let FRESCO_HOME name a directory that you may write to.",
      cause,
    });
  }
  // The directory itself may be reached through the user's symlink.
  tighten(path, statSync(path), 0o700);
}

/** The same for a file (0600); a missing one is fine. @throws FrescoError `store.foreign`, `store.not-a-file`. */
export function privateFile(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isFile())
    throw new FrescoError("store.not-a-file", `${path} is no regular file.`, { hint: "Move it away; Fresco makes its own." });
  tighten(path, stats, 0o600);
}

function tighten(path: string, stats: Stats, mode: number): void {
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== user) {
    throw new FrescoError("store.foreign", `${path} belongs to another user (${stats.uid}, you are ${user}).`, {
      hint: "Let FRESCO_HOME name a directory of your own, or run Fresco as the user to whom it belongs.",
    });
  }
  if ((stats.mode & 0o7777) === mode) return;
  try {
    chmodSync(path, mode);
  } catch (cause) {
    throw new FrescoError("store.read-only", `The permissions of ${path} cannot be set to 0${mode.toString(8)}.`, {
      hint: "Check whether its file system is mounted read-only.",
      cause,
    });
  }
}
