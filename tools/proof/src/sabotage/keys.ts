import { createHash } from "node:crypto";
import type { KeyFields } from "@fresco/cache-keys";
import type { Entry, EntryStore, Store } from "@fresco/ports";
import type { Emphasis } from "../generate/emphasis.ts";
import type { Sabotage } from "./sabotage.ts";

/** A field that generated histories vary: what remains of the key without it, and what varies it. */
interface Omission {
  readonly remains: (fields: KeyFields) => object;
  readonly emphasis: Emphasis;
  readonly needsSystem?: true;
  readonly sandbox?: "host";
}

const omissions: Readonly<Record<string, Omission>> = {
  "the sandbox and its workspace's path": {
    remains: (fields) => ({ ...fields, sandbox: {} }),
    emphasis: { edits: ["place"] },
    sandbox: "host",
  },
  "the base": { remains: (fields) => ({ ...fields, base: "" }), emphasis: { edits: ["base"] } },
  "what the sandbox lets through": { remains: (fields) => ({ ...fields, inherited: {} }), emphasis: { edits: ["proxy"] } },
  "the system layers beneath": {
    remains: (fields) => ({ ...fields, layers: { ...fields.layers, system: [] } }),
    emphasis: { operations: ["home"], edits: ["append", "write"], policies: ["onChange"] },
    needsSystem: true,
  },
  "the workspace layers beneath": {
    remains: (fields) => ({ ...fields, layers: { ...fields.layers, workspace: [] } }),
    emphasis: { operations: ["collect", "draw"], edits: ["append", "write"], policies: ["onChange"] },
  },
  // The first line names the step.
  "the command": {
    remains: (fields) => ({ ...fields, command: fields.command.split("\n", 1) }),
    emphasis: { edits: ["add-operation", "drop-operation"] },
  },
  "the shell": { remains: (fields) => ({ ...fields, shell: [] }), emphasis: { edits: ["shell"] } },
  "the working directory": { remains: (fields) => ({ ...fields, cwd: "." }), emphasis: { edits: ["cwd"] } },
  "the environment": { remains: (fields) => ({ ...fields, env: {} }), emphasis: { edits: ["env", "pipeline-env"] } },
  "the names of secrets": { remains: (fields) => ({ ...fields, secrets: {} }), emphasis: { edits: ["secret"] } },
  "the outputs": { remains: (fields) => ({ ...fields, outputs: null }), emphasis: { edits: ["outputs"] } },
  "the values": { remains: (fields) => ({ ...fields, values: [] }), emphasis: { edits: ["policy"], policies: ["onValue"] } },
  "the view": { remains: (fields) => ({ ...fields, view: [] }), emphasis: { edits: ["source"], policies: ["onChange"] } },
  "the view's modes": {
    remains: (fields) => ({ ...fields, view: fields.view.map(({ path, object }) => ({ path, object })) }),
    emphasis: { edits: ["source", "chmod"], policies: ["onChange"] },
  },
  "the view's names": {
    remains: (fields) => ({ ...fields, view: fields.view.map(({ mode, object }) => ({ mode, object })) }),
    emphasis: { edits: ["source", "rename"], policies: ["onChange"] },
  },
  "the view's contents": {
    remains: (fields) => ({ ...fields, view: fields.view.map(({ path, mode }) => ({ path, mode })) }),
    emphasis: { edits: ["source", "append"], policies: ["onChange"] },
  },
};

/** Keys that leave a field out. */
export const keySabotages: readonly Sabotage[] = Object.entries(omissions).map(([name, { remains, ...sabotage }]) => ({
  name: `keys leave out ${name}`,
  ...sabotage,
  wrap: (ports) => ({ ...ports, store: withEntries(ports.store, rekeyed(ports.store.entries, remains)) }),
}));

/** Conditions that are not kept. */
export const conditionSabotages: readonly Sabotage[] = [
  {
    name: "entries never grow old",
    emphasis: { edits: ["time"], policies: ["ttl"] },
    wrap: (ports) => ({
      ...ports,
      store: withEntries(
        ports.store,
        withLookup(ports.store.entries, (entry) => ({ ...entry, createdAt: ports.clock.now() })),
      ),
    }),
  },
  {
    name: "removed entries stay",
    emphasis: { edits: ["evict"] },
    wrap: (ports) => ({ ...ports, store: withEntries(ports.store, { ...delegated(ports.store.entries), remove: async () => undefined }) }),
  },
  {
    name: "hidden source is noticed at capture, and not at hits",
    emphasis: { edits: ["source", "shadow"] },
    wrap: (ports) => ({ ...ports, store: withEntries(ports.store, withLookup(ports.store.entries, withoutFootprint)) }),
  },
];

function withoutFootprint(entry: Entry): Entry {
  return entry.workspace === undefined ? entry : { ...entry, workspace: { ...entry.workspace, footprint: [] } };
}

function rekeyed(entries: EntryStore, reduce: (fields: KeyFields) => object): EntryStore {
  const keys = new Map<string, string>();
  const rekey = (key: string, fields: KeyFields): string => {
    const other = createHash("sha256")
      .update(JSON.stringify(reduce(fields), sortedKeys))
      .digest("hex");
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
    drop: (entry) => entries.drop(entry),
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
  return {
    owners,
    runs,
    entries,
    directories,
    pipelines,
    seal: (value) => store.seal(value),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
