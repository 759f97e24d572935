import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { displayPath } from "@fresco/pipeline";
import type { LayerRef, WorkspaceSpec } from "@fresco/ports";
import { describe, expect, it } from "vitest";
import { CowLayers, CowWorkspaces } from "../src/index.ts";
import { directory, noOverlay, runIn, temporaryDirectory } from "./support.ts";

const layers = new CowLayers();

for (const form of ["overlay", "directory"] as const) {
  describe(`A layer captured from the ${form} form`, () => {
    it("holds what was written, changed and removed", async (t) => {
      t.skip(form === "overlay" && noOverlay !== undefined, noOverlay);
      using temporary = temporaryDirectory();
      const workspaces = new CowWorkspaces({ layers, state: temporary.path });
      const view = directory(temporary.path, "view");
      writeFileSync(join(view, "keep"), "1");
      writeFileSync(join(view, "gone"), "2");
      mkdirSync(join(view, "d"));
      writeFileSync(join(view, "d", "x"), "3");
      writeFileSync(join(view, "touched"), "4");
      const run = async (id: string, stack: readonly LayerRef[], script: string) => {
        const scratch = directory(temporary.path, `scratch-${id}`);
        const spec: WorkspaceSpec = {
          view: { lower: [view], release: async () => {} },
          layers: stack.map((layer) => ({ layer, step: layer.id, ancestors: [] })),
          scratch,
          form: form === "overlay" ? { type: "overlay" } : { type: "directory", path: directory(scratch, "workspace") },
        };
        const workspace = await workspaces.prepare(spec);
        const output = runIn(workspace.description, script);
        const layer = await layers.capture([{ changes: workspace.changes, options: { outputs: null } }], { id, path: directory(temporary.path, id) });
        return { output, layer };
      };
      const first = await run("one", [], "rm gone; rm -r d; mkdir d; echo new > d/y; touch touched; chmod 4755 keep; ln -s /etc link; mkfifo pipe; mkdir -p a/b; ln d/y d/z");
      if (first.layer === undefined) throw new Error("nothing captured");
      const manifest = await layers.manifest(first.layer);
      expect(manifest.map((entry) => `${entry.type} ${displayPath(entry.path)}`)).toEqual([
        "directory a",
        "directory a/b",
        "deleted d/x",
        "file d/y",
        "file d/z",
        "deleted gone",
        "file keep",
        "symlink link",
        "fifo pipe",
      ]);
      expect(first.layer.footprint.map(displayPath)).toEqual(["a", "d/y", "d/z", "keep", "link", "pipe"]);
      expect(await layers.verify(first.layer)).toBe(true);
      const second = await run("two", [first.layer], "find . | sort; cat d/y; rm -r a d");
      expect(second.output).toBe("./a\n./a/b\n./d\n./d/y\n./d/z\n./keep\n./link\n./pipe\n./touched\nnew\n".replace("./a\n", ".\n./a\n"));
      if (second.layer === undefined) throw new Error("nothing captured");
      expect((await layers.manifest(second.layer)).map((entry) => `${entry.type} ${displayPath(entry.path)}`)).toEqual([
        "deleted a",
        "deleted a/b",
        "deleted d",
        "deleted d/y",
        "deleted d/z",
      ]);
      const third = await run("three", [first.layer, second.layer], "find . | sort");
      expect(third).toEqual({ output: ".\n./keep\n./link\n./pipe\n./touched\n", layer: undefined });
    });
  });
}
