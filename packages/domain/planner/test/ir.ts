import { type IR, IR_VERSION, type IRStep } from "@fresco/pipeline";

/** What a step of these tests says of itself; the rest is alike in all. */
export type Draft = { readonly id: string } & Partial<Pick<IRStep, "parent" | "after" | "uses" | "cache" | "timeout">>;

export function irOf(drafts: readonly Draft[], timeout?: number): IR {
  return {
    version: IR_VERSION,
    pipeline: "ci",
    env: {},
    base: { type: "host" },
    toolchains: [],
    steps: drafts.map(stepOf),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

function stepOf(draft: Draft): IRStep {
  return {
    command: `make ${draft.id}`,
    parent: null,
    after: [],
    uses: [],
    env: {},
    cwd: ".",
    shell: ["/bin/sh", "-e"],
    cache: { type: "none" },
    outputs: null,
    git: false,
    ...draft,
  };
}
