import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlainLayers, PlainWorkspaces } from "@fresco/ports-testing";
import { layersContract, workspacesContract, type WorkspacesSubject } from "@fresco/ports-testing/contracts";

const open = async (): Promise<WorkspacesSubject & AsyncDisposable> => {
  const directory = mkdtempSync(join(tmpdir(), "fresco-plain-"));
  const layers = new PlainLayers();
  return {
    layers,
    workspaces: new PlainWorkspaces(layers),
    directory,
    form: "directory",
    run: async (description, script) => {
      if (description.type !== "directory") throw new Error("not asked for");
      return execFileSync("sh", ["-ec", script], { cwd: description.path, encoding: "latin1" });
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};

const root = process.geteuid?.() === 0;

layersContract({
  name: "PlainLayers",
  open,
  unsupported: root ? {} : { "captures what denies its owner reading": "the plain layers read as anybody else would" },
});
workspacesContract({
  name: "PlainWorkspaces",
  open,
  unsupported: {
    "stacks more layers than an overlay takes well": "everything is copied for every layer of every step, which takes too long",
  },
});
