import { spawn } from "node:child_process";
import { constants } from "node:os";
import { FrescoError } from "@fresco/ports";

/** A git command that ended with a failure. Its words are git's own. */
export class GitFailure extends Error {
  override readonly name = "GitFailure";
  readonly stderr: string;
  readonly exitCode: number;

  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args[0] ?? ""} failed (${exitCode}): ${stderr.trim().slice(0, 2000)}`);
    this.stderr = stderr;
    this.exitCode = exitCode;
  }
}

/** Where a git command runs. */
export interface GitContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface GitOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  readonly input?: Uint8Array;
  /** Exit codes besides 0 that are answers, not failures. */
  readonly answers?: readonly number[];
}

/**
 * Runs git and gathers its output as bytes. `node:child_process` is used directly here: this is the path of every run, paths must
 * stay bytes, and a library's import would cost more than the command.
 * @throws GitFailure when git exits with a failure, FrescoError `source.git-missing` when there is no git.
 */
export function git(context: GitContext, args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  return gather(spawn("git", args, { ...context, stdio: ["pipe", "pipe", "pipe"] }), args, options);
}

/** As {@link git}, with umask 022, for commands that write files which steps will see. */
export function gitForSteps(context: GitContext, args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  const script = 'umask 022; exec git "$@"';
  return gather(spawn("/bin/sh", ["-c", script, "sh", ...args], { ...context, stdio: ["pipe", "pipe", "pipe"] }), args, options);
}

type Child = ReturnType<typeof spawn> & {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
};

function gather(child: Child, args: readonly string[], options: GitOptions): Promise<GitOutput> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // git may end before it has read everything (EPIPE); its exit code says what that means.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.once("error", (cause) => reject(unstarted(cause)));
    child.once("close", (code, signal) => {
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      const words = Buffer.concat(stderr).toString("utf8");
      if (exitCode === 0 || options.answers?.includes(exitCode)) resolve({ stdout: Buffer.concat(stdout), stderr: words });
      else reject(new GitFailure(args, exitCode, words));
    });
  });
}

function unstarted(cause: Error): FrescoError {
  return new FrescoError("source.git-missing", `git could not be started: ${cause.message}`, {
    hint: "install git 2.34 or newer and put it on PATH",
    cause,
  });
}

/**
 * The caller's environment without anything that would lead git elsewhere: no `GIT_*`, no configuration of the user or the system, no
 * prompts, no replacement objects, no fetching.
 */
export function quietEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...withoutGit(),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    ...extra,
  };
}

/** As {@link quietEnvironment}, but the user's configuration counts. */
export function usersEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...withoutGit(), GIT_OPTIONAL_LOCKS: "0", ...extra };
}

function withoutGit(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
  };
}

/** Splits `-z` output. */
export function splitZero(output: Buffer): string[] {
  const items = output.toString("latin1").split("\0");
  items.pop();
  return items;
}

/** Joins byte paths for `-z --stdin`. */
export function joinZero(paths: readonly string[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1");
}
