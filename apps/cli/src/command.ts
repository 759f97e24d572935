import type { CommandOptions } from "./arguments.ts";

/** What a command's file exports. Light to import: help reads it of every command. */
export interface Command {
  /** What it does, in a line. */
  readonly summary: string;
  readonly usage: string;
  readonly options: CommandOptions;
  /** Gives the exit code. @throws FrescoError for the user's mistakes and for broken surroundings. */
  run(argv: readonly string[]): Promise<number>;
}

/** Every command, one file each, loaded when it is called; in the order of the help. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ["run", () => import("./commands/run.ts")],
  ["plan", () => import("./commands/plan.ts")],
  ["list", () => import("./commands/list.ts")],
  ["graph", () => import("./commands/graph.ts")],
  ["render", () => import("./commands/render.ts")],
  ["runs", () => import("./commands/runs.ts")],
  ["show", () => import("./commands/show.ts")],
  ["logs", () => import("./commands/logs.ts")],
  ["explain", () => import("./commands/explain.ts")],
  ["init", () => import("./commands/init.ts")],
  ["image", () => import("./commands/image.ts")],
  ["doctor", () => import("./commands/doctor.ts")],
  ["version", () => import("./commands/version.ts")],
  ["help", () => import("./commands/help.ts")],
]);
