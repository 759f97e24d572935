import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";
import { type Finding, problemOf } from "./finding.ts";

/** The oldest that freezing was tried with. */
const OLDEST_GIT = [2, 34] as const;

/** The Node that runs this command. It is new enough: the launcher refuses an older one. */
export function nodeFinding(): Finding {
  return { topic: "node", status: "ok", text: `${process.versions.node} at ${process.execPath}` };
}

/** git, which freezes the source. */
export async function gitFinding(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)("git", ["--version"]);
    return judgeGit(stdout);
  } catch (cause) {
    const hint = "Install git 2.34 or newer and put it on PATH.";
    return problemOf(
      "git",
      new FrescoError("git.missing", "git cannot be started, and nothing else can freeze the source.", { hint, cause }),
    );
  }
}

/** @param text what `git --version` prints. */
export function judgeGit(text: string): Finding {
  const [version = "unknown", major = "0", minor = "0"] = /(\d+)\.(\d+)[.\w]*/.exec(text) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_GIT;
  const isOld = Number(major) < oldestMajor || (Number(major) === oldestMajor && Number(minor) < oldestMinor);
  if (!isOld) return { topic: "git", status: "ok", text: version };
  return {
    topic: "git",
    status: "problem",
    text: `${version} is too old to freeze the source`,
    hint: `Install git ${OLDEST_GIT.join(".")} or newer.`,
  };
}
