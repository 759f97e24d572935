import { FullMemory, type Memory, type Remembered, type Result, type Seen } from "../src/model/memory.ts";
import type { Policy } from "../src/model/pipeline.ts";

/** Memories that are wrong in one way each, by what is wrong with them. */
export const flawedMemories: Readonly<Record<string, () => Memory>> = {
  "does not compare the view": () => blind((seen) => ({ ...seen, view: new Map() })),
  "does not compare the system beneath": () => blind((seen) => ({ ...seen, system: [] })),
  "does not compare the layers beneath": () => blind((seen) => ({ ...seen, workspace: [] })),
  "does not compare the command": () => blind((seen) => ({ ...seen, command: seen.command.split("\n", 1).join() })),
  "does not compare the shell": () => blind((seen) => ({ ...seen, shell: [] })),
  "does not compare the working directory": () => blind((seen) => ({ ...seen, cwd: "." })),
  "does not compare the environment": () => blind((seen) => ({ ...seen, env: {} })),
  "does not tell an empty variable from an unset one": () =>
    blind((seen) => ({ ...seen, env: Object.fromEntries(Object.entries(seen.env).filter(([, value]) => value !== "")) })),
  "does not compare outputs": () => blind((seen) => ({ ...seen, outputs: null })),
  "does not compare values": () => blind((seen) => ({ ...seen, values: [] })),
  "never expires": () => replaced({ recall: (inner, seen, policy) => inner.recall(seen, policy.type === "ttl" ? { type: "forever" } : policy, 0) }),
  "trusts entries from the future": () => replaced({ recall: (inner, seen, policy, now) => inner.recall(seen, policy, now) ?? inner.recall(seen, policy, now + 60_000) }),
  "forgets nothing": () => replaced({ forget: () => undefined }),
  "loses deletions": () => altered((result) => ({ ...result, workspace: { ...result.workspace, deleted: new Map() } })),
  "brings back no layer": () => altered((result) => ({ ...result, workspace: { written: new Map(), deleted: new Map() } })),
  "brings back no system": () => altered((result) => ({ ...result, system: { written: new Map(), deleted: new Map() } })),
};

interface Replacement {
  readonly recall?: (inner: Memory, seen: Seen, policy: Policy, now: number) => Result | undefined;
  readonly forget?: (inner: Memory, step: string) => void;
  readonly remember?: (inner: Memory, entry: Remembered) => void;
}

function replaced({ recall, forget, remember }: Replacement): Memory {
  const inner = new FullMemory();
  return {
    remember: (entry) => (remember === undefined ? inner.remember(entry) : remember(inner, entry)),
    recall: (seen, policy, now) => (recall === undefined ? inner.recall(seen, policy, now) : recall(inner, seen, policy, now)),
    forget: (step) => (forget === undefined ? inner.forget(step) : forget(inner, step)),
  };
}

function blind(reduce: (seen: Seen) => Seen): Memory {
  return replaced({
    remember: (inner, entry) => inner.remember({ ...entry, seen: reduce(entry.seen) }),
    recall: (inner, seen, policy, now) => inner.recall(reduce(seen), policy, now),
  });
}

function altered(alter: (result: Result) => Result): Memory {
  return replaced({
    recall: (inner, seen, policy, now) => {
      const result = inner.recall(seen, policy, now);
      return result === undefined ? undefined : alter(result);
    },
  });
}
