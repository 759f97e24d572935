import { FrescoError } from "@fresco/ports";

/** What the disk refused, for a person. */
export function logError(cause: unknown, path: string): FrescoError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new FrescoError("logs.full", `The disk that holds ${path} is full; the log ends there.`, {
      hint: "Free some space there, or let FRESCO_HOME name a directory on another disk.",
      cause,
    });
  }
  if (code === "EEXIST") return new FrescoError("logs.taken", `There is a log at ${path} already.`, { cause });
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") {
    return new FrescoError("logs.read-only", `${path} cannot be written.`, {
      hint: "Check the permissions of its directory and whether its file system is mounted read-only.",
      cause,
    });
  }
  return new FrescoError("logs.io", `The log at ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, {
    hint: "Check the disk and the system's log.",
    cause,
  });
}
