import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { MaterialisedView } from "@fresco/ports";
import { describe, expect, it } from "vitest";
import { type Laid, PATHS, Steps, type WorkspacesSubject } from "./subject.ts";

/** Registers the suite that every implementation of `Workspaces` passes, together with a `Layers` whose layers it stacks. `unsupported`: title to reason. */
export function workspacesContract(options: {
  readonly name: string;
  /** A fresh subject for each case. */
  readonly open: () => Promise<WorkspacesSubject & AsyncDisposable>;
  readonly unsupported?: Partial<Record<keyof typeof cases, string>>;
}): void {
  const unsupported: Partial<Record<string, string>> = options.unsupported ?? {};
  describe(`Workspaces contract: ${options.name}`, () => {
    for (const [title, run] of Object.entries(cases)) {
      it(title, async (t) => {
        const reason = unsupported[title];
        t.skip(reason !== undefined, reason);
        await using subject = await options.open();
        await run(new Steps(subject));
      });
    }
  });
}

const nothing: MaterialisedView = { lower: [], release: async () => {} };

const cases = {
  "shows an empty workspace for an empty view and no layers": async (steps: Steps) => {
    expect(await steps.see(nothing, [], `${PATHS}; echo 1 > a; cat a`)).toBe("1\n");
  },

  "makes its scratch directory for its owner alone": async (steps: Steps) => {
    const scratch = join(steps.fresh("scratch"), "made");
    await steps.prepare(nothing, [], scratch);
    expect((await stat(scratch)).mode & 0o777).toBe(0o700);
  },

  "shows the view, and each layer above those beneath it": async (steps: Steps) => {
    const view = await steps.view("echo view > a; echo view > b; echo view > c");
    const one = await steps.layer(view, [], "echo one > b; echo one > c");
    const two = await steps.layer(view, [{ layer: one }], "echo two > c");
    expect(await steps.see(view, [{ layer: one }, { layer: two }], "cat a b c")).toBe("view\none\ntwo\n");
  },

  "shows fresh source beneath layers that were made over an older one": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view("echo old > a; echo old > b"), [], "echo made > out; rm b");
    expect(await steps.see(await steps.view("echo new > a; echo new > b; echo new > c"), [{ layer }], `${PATHS}; cat a`)).toBe(
      "./a\n./c\n./out\nnew\n",
    );
  },

  "never hides what a step did not see when it removed a directory": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view("mkdir -p d/e; echo 1 > d/seen; echo 1 > d/e/seen"), [], "rm -r d");
    const full = await steps.view("mkdir -p d/e d/f; echo 1 > d/seen; echo 1 > d/e/seen; echo unseen > d/e/unseen");
    expect(await steps.see(full, [{ layer }], `${PATHS}; cat d/e/unseen`)).toBe("./d\n./d/e\n./d/e/unseen\n./d/f\nunseen\n");
  },

  "never hides what a step did not see when it made a directory again": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view("mkdir d; echo 1 > d/seen"), [], "rm -r d; mkdir d; echo 2 > d/made");
    const full = await steps.view("mkdir d; echo 1 > d/seen; echo unseen > d/unseen");
    expect(await steps.see(full, [{ layer }], PATHS)).toBe("./d\n./d/made\n./d/unseen\n");
  },

  "shows nothing of deletions where there is nothing to delete": async (steps: Steps) => {
    const layer = await steps.layer(
      await steps.view("mkdir d; echo 1 > d/a; echo 1 > d/b; echo 1 > c"),
      [],
      "rm d/a c; echo 2 > d/b; mkdir -p e; echo 1 > e/f",
    );
    expect(await steps.see(nothing, [{ layer }], `${PATHS}; ls d`)).toBe("./d\n./d/b\n./e\n./e/f\nb\n");
    const deletions = await steps.layer(await steps.view("mkdir -p d/e; echo 1 > d/e/a"), [], "rm d/e/a");
    expect(await steps.see(nothing, [{ layer: deletions }], PATHS)).toBe("");
  },

  "leaves the view and the layers as they are, whatever the step does": async (steps: Steps) => {
    const view = await steps.view("echo view > a; mkdir d; echo view > d/x");
    const layer = await steps.layer(view, [], "echo layer > b");
    await steps.see(view, [{ layer }], "echo step > a; echo step > b; rm -r d; chmod 700 .");
    expect(await steps.see(view, [{ layer }], "cat a b d/x")).toBe("view\nlayer\nview\n");
    expect(await steps.subject.layers.verify(layer)).toBe(true);
  },

  "keeps the times of files": async (steps: Steps) => {
    const view = await steps.view("echo 1 > a; touch -d '2001-02-03 04:05:06.123456789' a");
    const layer = await steps.layer(view, [], "echo 2 > b; touch -d '2002-03-04 05:06:07.987654321' b");
    expect(await steps.see(view, [{ layer }], "TZ=UTC stat -c %y a b")).toBe(
      "2001-02-03 04:05:06.123456789 +0000\n2002-03-04 05:06:07.987654321 +0000\n",
    );
  },

  "takes a layer that is named twice once": async (steps: Steps) => {
    const view = await steps.view("echo view > a");
    const layer = await steps.layer(view, [], "echo layer > a");
    expect(await steps.see(view, [{ layer }, { layer }], "cat a")).toBe("layer\n");
  },

  "refuses two steps that write one path and know nothing of each other, even if they write the same": async (steps: Steps) => {
    const view = await steps.view(":");
    const left = { layer: await steps.layer(view, [], "mkdir out; echo 1 > out/a"), step: "left", ancestors: [] };
    const right = { layer: await steps.layer(view, [], "mkdir out; echo 1 > out/a"), step: "right", ancestors: [] };
    const prepared = steps.prepare(view, [left, right]);
    await expect(prepared).rejects.toMatchObject({ code: "workspace.conflict" });
    await expect(prepared).rejects.toThrow(/"left" and "right".*out\/a/);
    await expect(steps.prepare(view, [left, { ...right, ancestors: ["left"] }])).resolves.toBeDefined();
  },

  "refuses a file of one step where an unrelated one makes a directory": async (steps: Steps) => {
    const view = await steps.view(":");
    const left = { layer: await steps.layer(view, [], "mkdir out; echo 1 > out/a"), step: "left", ancestors: [] };
    const right = { layer: await steps.layer(view, [], "echo 1 > out"), step: "right", ancestors: [] };
    await expect(steps.prepare(view, [left, right])).rejects.toMatchObject({ code: "workspace.conflict" });
  },

  "lets unrelated steps write beside each other, and one delete what the other writes": async (steps: Steps) => {
    const view = await steps.view("mkdir d; echo 1 > d/a");
    const left = { layer: await steps.layer(view, [], "mkdir out; echo 1 > out/a; echo 2 > d/b"), step: "left", ancestors: [] };
    const right = { layer: await steps.layer(view, [], "mkdir out; echo 1 > out/b; rm -r d"), step: "right", ancestors: [] };
    expect(await steps.see(view, [left, right], PATHS)).toBe("./d\n./d/b\n./out\n./out/a\n./out/b\n");
  },

  "stacks more layers than an overlay takes well": async (steps: Steps) => {
    const view = await steps.view("mkdir d; for i in $(seq 0 39); do echo view > d/$i; done");
    const stack: Laid[] = [];
    for (let index = 0; index < 40; index++) {
      const layer = await steps.layer(
        view,
        stack,
        `rm d/${index}; echo ${index} > last; echo ${index} > own-${index}; rm -f own-${index - 3}`,
      );
      stack.push({ layer });
    }
    expect(await steps.see(view, stack, `cat last; ls d; ls | tr '\\n' ' '`)).toBe("39\nd last own-37 own-38 own-39 ");
  },

  "reports how it makes workspaces, with a reason for each way that it does not": async (steps: Steps) => {
    const { overlay, directory, reasons } = await steps.subject.workspaces.strategy();
    if (!overlay) expect(reasons.overlay).toBeTypeOf("string");
    for (const way of ["btrfs", "reflink", "copy"] as const)
      if (way !== directory) expect(reasons[way] ?? "preferred").toBeTypeOf("string");
    expect(reasons[directory]).toBeUndefined();
    expect(await steps.subject.workspaces.strategy()).toEqual({ overlay, directory, reasons });
  },
};
