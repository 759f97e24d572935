import type { Conditions } from "../model/conditions.ts";
import type { Pipeline, Step } from "../model/pipeline.ts";
import * as names from "./names.ts";
import { commandOf, type Operation } from "./operation.ts";
import type { EditRecipe, HistoryRecipe, SourceEdit, StepRecipe } from "./recipe.ts";

/** What happens to a project: in each round some edits, then a run. */
export interface History {
  readonly rounds: readonly Round[];
}

export interface Round {
  /** What was done before this run, for a reader. */
  readonly edits: readonly EditRecipe[];
  /** To the project's files, in order. */
  readonly source: readonly SourceEdit[];
  /** Ids of steps whose entries are taken out of the cache. */
  readonly evicted: readonly string[];
  readonly conditions: Conditions;
  readonly pipeline: Pipeline;
  /** What the commands are made of, by step. */
  readonly operations: ReadonlyMap<string, readonly Operation[]>;
}

const START = Date.UTC(2030, 0, 1);

/** A step on its way through the rounds. `tag` stays when the id changes. */
interface Draft extends StepRecipe {
  readonly id: string;
  readonly tag: string;
}

interface State {
  readonly steps: readonly Draft[];
  readonly env: Readonly<Record<string, string>>;
  readonly now: number;
  readonly base: number;
  readonly place: number;
  readonly proxy: string | null;
}

/** Works a recipe out. */
export function historyOf(recipe: HistoryRecipe): History {
  const drafts = recipe.steps.map(
    (step, index): Draft => ({ ...step, id: `s${index}`, tag: `t${index}`, operations: drawingOnce(step.operations) }),
  );
  let state: State = { steps: drafts, env: {}, now: START, base: 0, place: 0, proxy: null };
  const rounds = [
    roundOf(
      state,
      recipe.source.map((edit) => ({ type: "source", edit })),
    ),
  ];
  for (const edits of recipe.rounds) {
    const before = state;
    state = edits.reduce(edited, state);
    rounds.push(roundOf(state, edits, before));
  }
  return { rounds };
}

/** The same history without some kinds of operations. */
export function without(recipe: HistoryRecipe, types: readonly Operation["type"][]): HistoryRecipe {
  const isKept = ({ type }: Operation): boolean => !types.includes(type);
  return {
    ...recipe,
    steps: recipe.steps.map((step) => ({ ...step, operations: step.operations.filter(isKept) })),
    rounds: recipe.rounds.map((edits) => edits.filter((edit) => edit.type !== "add-operation" || isKept(edit.operation))),
  };
}

function roundOf(state: State, edits: readonly EditRecipe[], before: State = state): Round {
  return {
    edits,
    source: edits.flatMap((edit) => (edit.type === "source" ? [edit.edit] : [])),
    evicted: edits.flatMap((edit) => (edit.type === "evict" ? [before.steps[edit.step % before.steps.length]?.id ?? ""] : [])),
    conditions: {
      now: state.now,
      readCache: !edits.some(({ type }) => type === "no-cache"),
      base: state.base,
      place: state.place,
      inherited: state.proxy === null ? {} : { [names.PROXY]: state.proxy },
      secrets: Object.fromEntries(names.SECRETS),
    },
    pipeline: { env: state.env, steps: state.steps.map((draft, index) => stepOf(draft, index, state.steps)) },
    operations: new Map(state.steps.map((draft) => [draft.id, draft.operations])),
  };
}

function stepOf(draft: Draft, index: number, all: readonly Draft[]): Step {
  const earlier = (number: number): string[] =>
    all.slice(number % Math.max(index, 1), (number % Math.max(index, 1)) + Math.min(index, 1)).map(({ id }) => id);
  const parent = draft.parent === null ? null : (earlier(draft.parent)[0] ?? null);
  const unique = (numbers: readonly number[]): string[] => [...new Set(numbers.flatMap(earlier))].filter((id) => id !== parent);
  return {
    id: draft.id,
    command: commandOf(draft.tag, draft.operations),
    parent,
    uses: unique(draft.uses),
    after: unique(draft.after),
    env: draft.env,
    secrets: draft.secrets,
    cwd: draft.cwd,
    shell: draft.shell,
    policy: draft.policy,
    outputs: draft.outputs,
  };
}

function edited(state: State, edit: EditRecipe): State {
  const change = (number: number, to: (draft: Draft) => Partial<Draft>): State => {
    const chosen = number % state.steps.length;
    return { ...state, steps: state.steps.map((draft, index) => (index === chosen ? { ...draft, ...to(draft) } : draft)) };
  };
  switch (edit.type) {
    case "source":
    case "evict":
    case "no-cache":
      return state;
    case "base":
      return { ...state, base: (state.base + 1) % 2 };
    case "place":
      return { ...state, place: (state.place + 1) % 2 };
    case "proxy":
      return { ...state, proxy: edit.value };
    case "secret":
      return change(edit.step, ({ secrets }) => ({ secrets: withValue(secrets, edit.variable, edit.name) }));
    case "time":
      return { ...state, now: state.now + edit.by };
    case "rename-step":
      return change(edit.step, ({ id }) => ({ id: `${id}r` }));
    case "add-operation":
      return change(edit.step, ({ operations }) => ({ operations: drawingOnce([...operations, edit.operation]) }));
    case "drop-operation":
      return change(edit.step, ({ operations }) => ({ operations: operations.slice(1) }));
    case "pipeline-env":
      return { ...state, env: withValue(state.env, edit.name, edit.value) };
    case "env":
      return change(edit.step, ({ env }) => ({ env: withValue(env, edit.name, edit.value) }));
    case "policy":
      return change(edit.step, () => ({ policy: edit.policy }));
    case "outputs":
      return change(edit.step, () => ({ outputs: edit.outputs }));
    case "cwd":
      return change(edit.step, () => ({ cwd: edit.cwd }));
    case "shell":
      return change(edit.step, () => ({ shell: edit.shell }));
    case "parent":
      return change(edit.step, () => ({ parent: edit.parent }));
  }
}

function withValue(env: Readonly<Record<string, string>>, name: string, value: string | null): Readonly<Record<string, string>> {
  const rest = Object.fromEntries(Object.entries(env).filter(([other]) => other !== name));
  return value === null ? rest : { ...rest, [name]: value };
}

/** A step draws once, so that one value tells what it drew. */
function drawingOnce(operations: readonly Operation[]): readonly Operation[] {
  const first = operations.findIndex(({ type }) => type === "draw");
  return operations.filter(({ type }, index) => type !== "draw" || index === first);
}
