import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { matchesAny } from "../src/model/glob.ts";
import { Model } from "../src/model/model.ts";
import type { Policy, Step } from "../src/model/pipeline.ts";
import { readTree } from "../src/model/tree.ts";
import { createProject } from "../src/project.ts";

let directory: string;
let project: string;
let model: Model;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fresco-proof-model-"));
  project = join(directory, "project");
  createProject(project);
  mkdirSync(join(directory, "scratch"));
  model = new Model({ scratch: join(directory, "scratch"), system: "layered" });
});

afterEach(() => rmSync(directory, { recursive: true }));

function step(id: string, command: string, options: Partial<Step> = {}): Step {
  return {
    id,
    command,
    parent: null,
    uses: [],
    after: [],
    env: {},
    secrets: {},
    cwd: ".",
    shell: ["/bin/sh", "-e"],
    policy: { type: "none" },
    outputs: null,
    ...options,
  };
}

async function run(steps: readonly Step[], now = 0): Promise<Readonly<Record<string, string>>> {
  const conditions = { now, readCache: true, base: 0, place: 0, inherited: {}, secrets: {} };
  const results = await model.run(project, { env: {}, steps }, { ...conditions, drawn: new Map() });
  if (results.type === "unmatched") return { unmatched: results.patterns.join(", ") };
  return Object.fromEntries(
    [...results.steps].map(([id, result]) => {
      if (result.type === "succeeded") return [id, `${result.status}: ${result.output}`];
      return [id, result.type === "refused" ? `${result.type}: ${result.because}` : result.type];
    }),
  );
}

const forever: Policy = { type: "forever" };

it("shows an uncached reader fresh source above two cached steps", async () => {
  writeFileSync(join(project, "a.txt"), "a\n");
  writeFileSync(join(project, "marker.txt"), "one\n");
  const steps = [
    step("first", "echo built >base", { policy: forever }),
    step("second", "cat a.txt base", { parent: "first", policy: { type: "onChange", globs: [{ pattern: "a.txt", optional: false }] } }),
    step("reader", "cat base marker.txt", { parent: "second" }),
  ];
  expect(await run(steps)).toEqual({ first: "passed: ", second: "passed: a\nbuilt\n", reader: "passed: built\none\n" });
  writeFileSync(join(project, "marker.txt"), "two\n");
  expect(await run(steps)).toEqual({ first: "cached: ", second: "cached: a\nbuilt\n", reader: "passed: built\ntwo\n" });
  writeFileSync(join(project, "a.txt"), "b\n");
  expect(await run(steps)).toMatchObject({ first: "cached: ", second: "passed: b\nbuilt\n" });
});

it("lets a ttl lapse, and distrusts an entry from the future", async () => {
  const steps = [step("s", "true", { policy: { type: "ttl", ttl: 1_000 } })];
  const statuses = [];
  for (const now of [5_000, 5_999, 6_000, 5_500]) statuses.push((await run(steps, now)).s);
  expect(statuses).toEqual(["passed: ", "cached: ", "passed: ", "passed: "]);
});

it("refuses to hide source that a step did not see", async () => {
  writeFileSync(join(project, "a.txt"), "a\n");
  const steps = [step("s", "echo b >a.txt", { policy: forever }), step("child", "true", { parent: "s" })];
  expect(await run(steps)).toEqual({ s: "refused: hides-source", child: "skipped" });
  rmSync(join(project, "a.txt"));
  expect(await run(steps)).toEqual({ s: "passed: ", child: "passed: " });
});

it("refuses the whole run for a pattern that matches nothing, unless it may", async () => {
  const policy = (optional: boolean): Policy => ({ type: "onChange", globs: [{ pattern: "a.txt", optional }] });
  expect(await run([step("s", "true", { policy: policy(false) }), step("other", "true")])).toEqual({ unmatched: "a.txt" });
  expect(await run([step("s", "true", { policy: policy(true) })])).toEqual({ s: "passed: " });
});

it("stacks what used steps leave, and refuses two writers of one path", async () => {
  const left = step("left", "echo l >l; echo l >both", { outputs: ["l"] });
  const right = step("right", "echo r >r; echo r >both");
  const reader = step("reader", "cat l r both", { uses: ["left", "right"] });
  expect(await run([left, right, reader])).toMatchObject({ reader: "passed: l\nr\nr\n" });
  expect(await run([{ ...left, outputs: null }, right, reader])).toMatchObject({ reader: "refused: conflict" });
});

it("removes what a parent deleted, and a directory only if it is empty", async () => {
  mkdirSync(join(project, "dir"));
  writeFileSync(join(project, "dir", "x"), "x\n");
  writeFileSync(join(project, "dir", "y"), "y\n");
  const policy: Policy = { type: "onChange", globs: [{ pattern: "dir/x", optional: false }] };
  const steps = [step("s", "rm -r dir", { policy }), step("child", "find . -type f", { parent: "s" })];
  expect(await run(steps)).toMatchObject({ child: "passed: ./dir/y\n" });
});

it("reads patterns as gitignore does from the root", () => {
  const tells = (pattern: string, path: string): boolean => matchesAny(pattern.split(" "), path);
  expect(tells("dir", "dir/sub/z")).toBe(true);
  expect(tells("*.txt", "dir/x.txt")).toBe(false);
  expect(tells("**/*.txt", "x.txt")).toBe(true);
  expect(tells("dir !dir/x", "dir/x")).toBe(false);
  expect(tells("dir/", "dir")).toBe(false);
  expect(tells("dir/**", "dir")).toBe(false);
});

it("leaves nothing in its scratch directory", async () => {
  await run([step("s", "mkdir a && touch a/b")]);
  expect(readTree(join(directory, "scratch")).size).toBe(0);
});
