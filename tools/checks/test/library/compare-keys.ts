import { explain, type KeyFields, keyOf } from "@fresco/cache-keys";
import { bytePath } from "@fresco/pipeline";

const previousFields: KeyFields = {
  sandbox: { kind: "mine", capabilities: [], workspace: "/workspace" },
  base: "linux/x64",
  layers: { system: [], workspace: [] },
  command: "cat a.txt",
  shell: ["/bin/sh", "-e"],
  cwd: ".",
  env: {},
  secrets: {},
  outputs: null,
  options: { user: null, network: null, mounts: [], resources: { cpus: null, memory: null } },
  values: [],
  inherited: {},
  view: [{ path: bytePath("a.txt"), mode: "100644", object: "1".repeat(40) }],
};
const fields: KeyFields = { ...previousFields, view: [{ path: bytePath("a.txt"), mode: "100644", object: "2".repeat(40) }] };
const key = keyOf(fields);
console.log(key.length, JSON.stringify(explain(previousFields, fields)));
