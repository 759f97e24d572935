import { bytePath } from "@fresco/pipeline";
import { describeDifference, explain, type KeyFields } from "@fresco/cache-keys";
import { describe, expect, it } from "vitest";
import { fields } from "./examples.ts";

const object = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

function changed(change: Partial<KeyFields>): KeyFields {
  return { ...fields, ...change };
}

function told(change: Partial<KeyFields>): string[] {
  return explain(fields, changed(change)).map(describeDifference);
}

describe("explain", () => {
  it("says nothing about equal fields", () => {
    expect(explain(fields, { ...fields })).toEqual([]);
  });

  it("tells added, removed, re-moded and edited files apart", () => {
    const [a, run, link] = fields.view;
    if (a === undefined || run === undefined || link === undefined) throw new Error("the example has three files");
    const view = [
      { ...a, object },
      { path: bytePath("b.txt"), mode: "100644" as const, object },
      { ...run, mode: "100644" as const },
    ];
    expect(explain(fields, changed({ view }))).toEqual([
      { field: "view", path: "a.txt", change: "content", before: { mode: "100644", object: a.object }, after: { mode: "100644", object } },
      { field: "view", path: "b.txt", change: "added", before: undefined, after: { mode: "100644", object } },
      {
        field: "view",
        path: "bin/run",
        change: "mode",
        before: { mode: "100755", object: run.object },
        after: { mode: "100644", object: run.object },
      },
      { field: "view", path: link.path, change: "removed", before: { mode: "120000", object: link.object }, after: undefined },
    ]);
    expect(told({ view })).toEqual([
      "The file a.txt has other content.",
      "The file b.txt is new.",
      "The file bin/run has another mode.",
      "The file ä is gone.",
    ]);
  });

  it("names each variable, and no value of one", () => {
    expect(told({ env: { CI: "secret-1", NEW: "secret-2" } })).toEqual([
      "The variable CI has another value.",
      "The variable EMPTY is not set any more.",
      "The variable NEW is new.",
    ]);
    expect(told({ inherited: {} })).toEqual(["The variable HTTPS_PROXY, which the sandbox passes on, is not set any more."]);
  });

  it("names layers by their position in the stack", () => {
    expect(told({ layers: { system: ["11", "99"], workspace: [] } })).toEqual([
      "The system layer at position 2 beneath the step has other content.",
      "The workspace layer at position 1 beneath the step is gone.",
    ]);
  });

  it("shows both sides of what is no secret", () => {
    expect(told({ command: "npm test", outputs: null })).toEqual([
      'The command changed from "npm ci" to "npm test".',
      'The declared outputs changed from ["dist/**"] to the default.',
    ]);
    expect(
      told({ sandbox: { ...fields.sandbox, kind: "host" }, options: { ...fields.options, resources: { cpus: 4, memory: null } } }),
    ).toEqual(['The sandbox\'s kind changed from "linux" to "host".', "The option cpus changed from 2 to 4."]);
    expect(told({ secrets: { NPM_TOKEN: "other", MORE: "npm" } })).toEqual([
      "The variable MORE carries the secret npm, which it did not.",
      "The variable NPM_TOKEN carries the secret other in place of npm.",
    ]);
  });
});
