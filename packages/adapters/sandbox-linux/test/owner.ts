// Starts a step and is killed by the test. Arguments: a directory, a command. Prints "starting", then "running".
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FifoPipes, NodeProcesses } from "@fresco/process-node";
import { LinuxSandbox } from "../src/index.ts";
import { UpperLayers } from "./upper-layers.ts";

const [directory = "", command = ""] = process.argv.slice(2);
for (const name of ["view", "upper", "work", "scratch"]) mkdirSync(join(directory, name));
const sandbox = new LinuxSandbox({
  layers: new UpperLayers(),
  processes: new NodeProcesses(),
  pipes: new FifoPipes(),
  hidden: [],
  environment: {},
});
process.stdout.write("starting\n");
await sandbox.start({
  owner: "owner",
  run: "run",
  job: "job",
  attempt: 1,
  base: { type: "host" },
  toolchains: [],
  system: [],
  workspace: { type: "overlay", lower: [join(directory, "view")], upper: join(directory, "upper"), work: join(directory, "work") },
  command,
  shell: ["/bin/sh"],
  cwd: ".",
  env: {},
  scratch: join(directory, "scratch"),
  output: () => undefined,
});
process.stdout.write("running\n");
