import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { applyChange, changeBetween, isEmpty, keep, writeTree, type Change } from "./change.ts";
import type { Conditions } from "./conditions.ts";
import { hiddenSource, isConflict } from "./laws.ts";
import { FullMemory, valuesOf, type Memory, type Result, type Seen } from "./memory.ts";
import type { Pipeline, Step } from "./pipeline.ts";
import { execute } from "./shell.ts";
import { readSource, unmatched, viewOf } from "./source.ts";
import { readTree, type Tree } from "./tree.ts";

/** What must come of a step. */
export type Expected =
  | {
      readonly type: "succeeded";
      readonly status: "passed" | "cached";
      readonly output: string;
      readonly workspace: Tree;
      readonly deletes: number;
    }
  | { readonly type: "failed"; readonly exitCode: number; readonly output: string; readonly workspace: Tree }
  /** The step broke a law or a declaration. */
  | { readonly type: "refused"; readonly because: "hides-source" | "conflict"; readonly paths: readonly string[] }
  | { readonly type: "skipped" };

/** What must come of a run. */
export type ExpectedRun =
  | { readonly type: "ran"; readonly steps: ReadonlyMap<string, Expected> }
  /** Nothing was executed: these patterns match nothing although they must. */
  | { readonly type: "unmatched"; readonly patterns: readonly string[] };

export interface Moment extends Conditions {
  /** Random text that a step drew in the run under comparison, by step: see {@link RANDOM}. */
  readonly drawn: ReadonlyMap<string, string>;
}

/** Where this stands in a command, the command reads randomness; the model puts the text there that the other side drew. */
export const RANDOM = "$(od -An -N1 -tu1 /dev/urandom)";

export type SystemKind = "layered" | "unique" | "read-only" | "none";

/** How the surroundings differ. */
export interface ModelOptions {
  /** An existing directory for workspaces. */
  readonly scratch: string;
  /**
   * What becomes of a step's changes to the system, `HOME` included. `layered`: they pass on to its children. `unique`: so too, and what two executions
   * gave is never the same, whatever it was. `read-only`: there are none.
   * `none`: they are lost, which is why a step that others build on is not cached.
   */
  readonly system: SystemKind;
  /**
   * `cold`: everything executes, and memory only tells which results should have been replayed. `memory`: what is remembered is
   * replayed, which makes a subject to try the harness on.
   * @default "cold"
   */
  readonly trust?: "cold" | "memory";
}

interface Done {
  readonly expected: Expected;
  readonly result: Result | undefined;
}

/**
 * The definition of a right answer: every step executes cold, in a full copy of what it may see, in every run. Whether an earlier
 * result should have been replayed is decided beside that, by comparing all that the step sees in full with all earlier runs.
 */
export class Model {
  readonly #options: ModelOptions;
  readonly #memory: Memory;
  #executions = 0;

  constructor(options: ModelOptions, memory: Memory = new FullMemory()) {
    this.#options = options;
    this.#memory = memory;
  }

  /** What a run over the project's present files must give, by step. */
  async run(project: string, pipeline: Pipeline, moment: Moment): Promise<ExpectedRun> {
    const source = readSource(project);
    const patterns = pipeline.steps.flatMap((step) => unmatched(step.policy, source));
    if (patterns.length > 0) return { type: "unmatched", patterns };
    const done = new Map<string, Done>();
    for (const step of pipeline.steps) done.set(step.id, await this.#step(step, { pipeline, source, moment, done }));
    return { type: "ran", steps: new Map([...done].map(([id, { expected }]) => [id, expected])) };
  }

  /** Forgets what a step gave. */
  evict(step: string): void {
    this.#memory.forget(step);
  }

  async #step(step: Step, run: Run): Promise<Done> {
    const needed = neededBy(step).map((id) => run.done.get(id)?.expected.type);
    if (needed.some((type) => type !== "succeeded")) return without({ type: "skipped" });
    const stack = stackOf(step, run.pipeline);
    if (conflictIn(stack, run)) return without({ type: "refused", because: "conflict", paths: [] });

    const seen = seenBy(step, stack, run, this.#options.system);
    const isCacheable =
      step.policy.type !== "none" && (this.#options.system !== "none" || !run.pipeline.steps.some((other) => other.parent === step.id));
    const recalled = isCacheable && run.moment.readCache ? this.#memory.recall(seen, step.policy, run.moment.now) : undefined;
    const isReplayed = recalled !== undefined && this.#options.trust === "memory";
    const executed = isReplayed ? { exitCode: 0, result: recalled } : await this.#execute(step, seen, run.moment);
    const { exitCode, result } = recalled === undefined ? executed : { exitCode: 0, result: recalled };
    const { output, workspace } = result;
    if (exitCode !== 0) return without({ type: "failed", exitCode, output, workspace: result.final });
    // Where the other side executed a step that should have been replayed, it drew anew.
    if (
      recalled !== undefined &&
      !isDeepStrictEqual(anyExecution(recalled), anyExecution(executed.result)) &&
      !step.command.includes(RANDOM)
    ) {
      throw new Error(`Step ${step.id} gave two results for the same inputs: its command is not a function.\n${step.command}`);
    }
    // What a step names in `outputs` is meant to be written.
    const hidden = step.outputs === null ? hiddenSource(workspace, run.source, seen.view) : [];
    if (hidden.length > 0) return without({ type: "refused", because: "hides-source", paths: hidden });
    if (recalled === undefined && isCacheable) {
      this.#memory.remember({ step: step.id, seen, createdAt: run.moment.now, result });
    }
    const status = recalled === undefined ? "passed" : "cached";
    return { expected: { type: "succeeded", status, output, workspace: result.final, deletes: workspace.deleted.size }, result };
  }

  async #execute(step: Step, seen: Seen, { drawn: draws, secrets }: Moment): Promise<{ exitCode: number; result: Result }> {
    const directory = mkdtempSync(join(this.#options.scratch, "step-"));
    const workspace = join(directory, "workspace");
    const home = join(directory, "home");
    for (const path of [workspace, home]) {
      mkdirSync(path);
      chmodSync(path, 0o755);
    }
    try {
      writeTree(seen.view, workspace);
      for (const change of seen.workspace) applyChange(change, workspace);
      for (const change of seen.system) applyChange(change, home);
      const before = { workspace: readTree(workspace), home: readTree(home) };
      const drawn = draws.get(step.id);
      const env = { ...seen.inherited, ...seen.env, ...valuesOfSecrets(seen.secrets, secrets) };
      const command = drawn === undefined ? step.command : step.command.replaceAll(RANDOM, drawn);
      const { exitCode, output } = await execute(command, {
        shell: step.shell,
        workspace,
        cwd: step.cwd,
        home,
        env,
        log: join(directory, "log"),
      });
      const final = readTree(workspace);
      const system = this.#systemChange(changeBetween(before.home, readTree(home)));
      return { exitCode, result: { output, final, system, workspace: keep(changeBetween(before.workspace, final), step.outputs) } };
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  #systemChange(change: Change): Change {
    switch (this.#options.system) {
      case "layered":
        return change;
      case "unique":
        return isEmpty(change) ? change : { ...change, execution: (this.#executions += 1) };
      case "read-only":
      case "none":
        return NOTHING;
    }
  }
}

/** The same for comparing what executions gave. */
function anyExecution({ system: { written, deleted }, ...result }: Result): unknown {
  return { ...result, system: { written, deleted } };
}

const NOTHING: Change = { written: new Map(), deleted: new Map() };

function valuesOfSecrets(names: Readonly<Record<string, string>>, secrets: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([variable, name]) => [variable, secrets[name] ?? ""]));
}

interface Run {
  readonly pipeline: Pipeline;
  readonly source: Tree;
  readonly moment: Moment;
  readonly done: ReadonlyMap<string, Done>;
}

function without(expected: Expected): Done {
  return { expected, result: undefined };
}

function neededBy(step: Step): string[] {
  return [...(step.parent === null ? [] : [step.parent]), ...step.uses, ...step.after];
}

/** A step's ancestors, the root first. */
function ancestorsOf(id: string, pipeline: Pipeline): string[] {
  const { parent } = stepIn(pipeline, id);
  return parent === null ? [] : [...ancestorsOf(parent, pipeline), parent];
}

/** Whose workspace changes lie beneath a step, bottom to top: what its parent saw, and the parent; what each used step saw, and that step. */
function stackOf(step: Step, pipeline: Pipeline): string[] {
  const beneath = [...(step.parent === null ? [] : [step.parent]), ...step.uses];
  return [...new Set(beneath.flatMap((id) => [...stackOf(stepIn(pipeline, id), pipeline), id]))];
}

/** Have two steps of a stack, neither of which stands on the other, written one path? */
function conflictIn(stack: readonly string[], run: Run): boolean {
  const below = new Map(stack.map((id) => [id, stackOf(stepIn(run.pipeline, id), run.pipeline)]));
  return stack.some((upper, index) => {
    const strangers = stack.slice(0, index).filter((lower) => !below.get(upper)?.includes(lower) && !below.get(lower)?.includes(upper));
    return strangers.some((lower) => isConflict(changeOf(lower, run), changeOf(upper, run)));
  });
}

function stepIn(pipeline: Pipeline, id: string): Step {
  const step = pipeline.steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new Error(`No step ${id}.`);
  return step;
}

function changeOf(id: string, run: Run): Change {
  return run.done.get(id)?.result?.workspace ?? NOTHING;
}

function seenBy(step: Step, stack: readonly string[], run: Run, kind: SystemKind): Seen {
  const system = ancestorsOf(step.id, run.pipeline).map((id) => run.done.get(id)?.result?.system ?? NOTHING);
  return {
    view: viewOf(step.policy, run.source),
    system: system.filter((change) => !isEmpty(change)),
    workspace: stack.map((id) => changeOf(id, run)).filter((change) => !isEmpty(change)),
    command: step.command,
    shell: step.shell,
    cwd: step.cwd,
    env: { ...run.pipeline.env, ...step.env },
    secrets: step.secrets,
    inherited: run.moment.inherited,
    base: run.moment.base,
    place: kind === "none" ? run.moment.place : 0,
    outputs: step.outputs,
    values: valuesOf(step.policy),
  };
}
