import type { History, Round } from "./generate/history.ts";
import type { Expected } from "./model/model.ts";
import type { Policy } from "./model/pipeline.ts";

/** How much of what was seen: a comparison that never meets a case shows nothing about it. */
export class Statistics {
  histories = 0;
  rounds = 0;
  /** Runs refused because a pattern matched nothing. */
  refused = 0;
  readonly results = new Map<string, number>();
  readonly policies = new Map<string, number>();
  readonly hits = new Map<string, number>();
  readonly operations = new Map<string, number>();
  readonly edits = new Map<string, number>();
  /** Steps that deleted something that they saw. */
  deleting = 0;

  addHistory(history: History): void {
    this.histories += 1;
    for (const round of history.rounds) {
      for (const edit of round.edits) count(this.edits, edit.type === "source" ? edit.edit.type : edit.type);
    }
  }

  /** A run that was refused before anything ran. */
  addRefused(): void {
    this.rounds += 1;
    this.refused += 1;
  }

  addRound(round: Round, expected: ReadonlyMap<string, Expected>): void {
    this.rounds += 1;
    for (const step of round.pipeline.steps) {
      const result = expected.get(step.id);
      if (result === undefined) continue;
      count(this.results, nameOf(result));
      for (const kind of kindsOf(step.policy)) count(this.policies, kind);
      if (result.type !== "succeeded") continue;
      if (result.deletes > 0) this.deleting += 1;
      if (result.status === "cached") for (const kind of kindsOf(step.policy)) count(this.hits, kind);
      for (const { type } of round.operations.get(step.id) ?? []) count(this.operations, type);
    }
  }

  /** Cached steps among all. */
  get hitShare(): number {
    const all = [...this.results].reduce((sum, [, number]) => sum + number, 0);
    return all === 0 ? 0 : (this.results.get("cached") ?? 0) / all;
  }

  toString(): string {
    return [
      `${this.histories} histories, ${this.rounds} runs (${this.refused} refused whole); ${(this.hitShare * 100).toFixed(1)} % hits; ${this.deleting} steps that deleted something`,
      `results:    ${list(this.results)}`,
      `policies:   ${list(this.policies)}`,
      `hits:       ${list(this.hits)}`,
      `operations: ${list(this.operations)}`,
      `edits:      ${list(this.edits)}`,
    ].join("\n");
  }
}

function nameOf(expected: Expected): string {
  switch (expected.type) {
    case "succeeded":
      return expected.status;
    case "refused":
      return `refused (${expected.because})`;
    default:
      return expected.type;
  }
}

function kindsOf(policy: Policy): string[] {
  return policy.type === "all" ? ["all", ...policy.of.flatMap(kindsOf)] : [policy.type];
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function list(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, number]) => `${name} ${number}`).join(", ");
}
