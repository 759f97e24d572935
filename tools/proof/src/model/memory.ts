import { isDeepStrictEqual } from "node:util";
import type { Change } from "./change.ts";
import type { Policy } from "./pipeline.ts";
import type { Tree } from "./tree.ts";

/** Everything that a step can see, in full. */
export interface Seen {
  readonly view: Tree;
  /** What lies beneath it, bottom to top, changes of nothing left out. */
  readonly system: readonly Change[];
  readonly workspace: readonly Change[];
  readonly command: string;
  readonly shell: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Names, not values: a secret with a new value gives no new result. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly inherited: Readonly<Record<string, string>>;
  readonly base: number;
  readonly place: number;
  readonly outputs: readonly string[] | null;
  readonly values: readonly string[];
}

/** What a step gave. */
export interface Result {
  readonly output: string;
  /** The whole workspace at the end. */
  readonly final: Tree;
  readonly system: Change;
  /** What passes on. */
  readonly workspace: Change;
}

export interface Remembered {
  readonly step: string;
  readonly seen: Seen;
  readonly createdAt: number;
  readonly result: Result;
}

export interface Memory {
  /** Remembers a result; an earlier one of the same inputs is replaced. */
  remember(entry: Remembered): void;
  /** The result that may be replayed at this time. */
  recall(seen: Seen, policy: Policy, now: number): Result | undefined;
  /** Forgets what a step gave. */
  forget(step: string): void;
}

/** Compares all that steps saw in full. */
export class FullMemory implements Memory {
  #remembered: Remembered[] = [];

  remember(entry: Remembered): void {
    this.#remembered = this.#remembered.filter((other) => !isDeepStrictEqual(other.seen, entry.seen));
    this.#remembered.push(entry);
  }

  recall(seen: Seen, policy: Policy, now: number): Result | undefined {
    const found = this.#remembered.find((entry) => isDeepStrictEqual(entry.seen, seen));
    return found !== undefined && isValid(policy, now - found.createdAt) ? found.result : undefined;
  }

  forget(step: string): void {
    this.#remembered = this.#remembered.filter((entry) => entry.step !== step);
  }
}

function isValid(policy: Policy, age: number): boolean {
  switch (policy.type) {
    case "none":
      return false;
    case "ttl":
      return age >= 0 && age < policy.ttl;
    case "all":
      return policy.of.every((part) => isValid(part, age));
    default:
      return true;
  }
}

/** Values that are part of what a step sees. */
export function valuesOf(policy: Policy): string[] {
  if (policy.type === "onValue") return [policy.value];
  return policy.type === "all" ? policy.of.flatMap(valuesOf).sort() : [];
}
