import { createHash } from "node:crypto";
import type { KeyFields } from "@fresco/cache-keys";
import type { Entry, EntryStore, Store } from "@fresco/ports";
import type { Sabotage } from "./sabotage.ts";

/** What remains of the key's fields when one that generated histories vary is forgotten. */
const remains: Readonly<Record<string, (fields: KeyFields) => object>> = {
  "the system layers beneath": (fields) => ({ ...fields, layers: { ...fields.layers, system: [] } }),
  "the workspace layers beneath": (fields) => ({ ...fields, layers: { ...fields.layers, workspace: [] } }),
  // The first line names the step.
  "the command": (fields) => ({ ...fields, command: fields.command.split("\n", 1) }),
  "the shell": (fields) => ({ ...fields, shell: [] }),
  "the working directory": (fields) => ({ ...fields, cwd: "." }),
  "the environment": (fields) => ({ ...fields, env: {} }),
  "the outputs": (fields) => ({ ...fields, outputs: null }),
  "the values": (fields) => ({ ...fields, values: [] }),
  "the view": (fields) => ({ ...fields, view: [] }),
  "the view's modes": (fields) => ({ ...fields, view: fields.view.map(({ path, object }) => ({ path, object })) }),
  "the view's names": (fields) => ({ ...fields, view: fields.view.map(({ mode, object }) => ({ mode, object })) }),
  "the view's contents": (fields) => ({ ...fields, view: fields.view.map(({ path, mode }) => ({ path, mode })) }),
};

/** Keys that leave a field out. */
export const keySabotages: readonly Sabotage[] = Object.entries(remains).map(([name, reduce]) => ({
  name: `keys leave out ${name}`,
  ...(name === "the system layers beneath" ? { needsSystem: true as const } : {}),
  wrap: (ports) => ({ ...ports, store: withEntries(ports.store, rekeyed(ports.store.entries, reduce)) }),
}));

/** Conditions that are not kept. */
export const conditionSabotages: readonly Sabotage[] = [
  {
    name: "entries never grow old",
    wrap: (ports) => ({
      ...ports,
      store: withEntries(ports.store, withLookup(ports.store.entries, (entry) => ({ ...entry, createdAt: ports.clock.now() }))),
    }),
  },
  {
    name: "removed entries stay",
    wrap: (ports) => ({ ...ports, store: withEntries(ports.store, { ...delegated(ports.store.entries), remove: async () => undefined }) }),
  },
];

function rekeyed(entries: EntryStore, reduce: (fields: KeyFields) => object): EntryStore {
  const keys = new Map<string, string>();
  const rekey = (key: string, fields: KeyFields): string => {
    const other = createHash("sha256").update(JSON.stringify(reduce(fields), sortedKeys)).digest("hex");
    keys.set(key, other);
    return other;
  };
  return {
    ...delegated(entries),
    lookup: (key, fields, owner) => entries.lookup(rekey(key, fields), fields, owner),
    save: (added) => entries.save(added.map((entry) => ({ ...entry, key: rekey(entry.key, entry.fields) }))),
    claim: (key, owner, now) => entries.claim(keys.get(key) ?? key, owner, now),
    unclaim: (key, owner) => entries.unclaim(keys.get(key) ?? key, owner),
  };
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withLookup(entries: EntryStore, alter: (entry: Entry) => Entry): EntryStore {
  return {
    ...delegated(entries),
    lookup: async (key, fields, owner) => {
      const entry = await entries.lookup(key, fields, owner);
      return entry === undefined ? undefined : alter(entry);
    },
  };
}

function delegated(entries: EntryStore): EntryStore {
  return {
    lookup: (key, fields, owner) => entries.lookup(key, fields, owner),
    save: (added) => entries.save(added),
    remove: (keys) => entries.remove(keys),
    latest: (project, pipeline, step) => entries.latest(project, pipeline, step),
    list: () => entries.list(),
    claim: (key, owner, now) => entries.claim(key, owner, now),
    unclaim: (key, owner) => entries.unclaim(key, owner),
    describe: (run, step, key, fields) => entries.describe(run, step, key, fields),
  };
}

function withEntries(store: Store, entries: EntryStore): Store {
  const { owners, runs, directories, pipelines } = store;
  return { owners, runs, entries, directories, pipelines, seal: (value) => store.seal(value), [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}
