import type { RunOptions } from "@fresco/engine";
import type { Picked } from "./pick.ts";
import type { PullChoice, SandboxChoice } from "./sandbox-choice.ts";
import type { ProjectSession } from "./session.ts";

/** What decides which steps execute and which come from the cache. */
export interface PlanningRequest {
  /** Of a pipeline or a step. */
  readonly name: string | undefined;
  readonly only: readonly string[];
  readonly from: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly readCache: boolean;
  readonly sandbox: SandboxChoice;
  readonly pull: PullChoice;
}

/** The same request for the engine, whether it is to run or only to plan. */
export function planningRunOptions({ only = [] }: Picked, session: ProjectSession, request: PlanningRequest): RunOptions {
  const selected = [...only, ...request.only];
  return {
    project: session.project,
    source: session.source,
    readCache: request.readCache,
    environment: definedOnly(process.env),
    env: request.env,
    secrets: request.secrets,
    workspacePath: session.workspacePath,
    ...(selected.length > 0 ? { only: selected } : {}),
    ...(request.from === undefined ? {} : { from: request.from }),
  };
}

function definedOnly(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}
