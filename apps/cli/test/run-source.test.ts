import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventsOf, linesOf, statuses } from "./events.ts";
import { Gate } from "./gate.ts";
import { TemporaryProject } from "./harness.ts";

describe("the source of a run", () => {
  it("stays as it was at the start, whatever is edited meanwhile", async () => {
    await using project = await TemporaryProject.create({ "a.txt": "old\n", "gone.txt": "x\n" });
    await using gate = await Gate.open();
    await project.pipeline(`
const first = sh(${JSON.stringify(gate.pass("first"))}, { id: "first", shell: "/bin/bash -e" });
export default pipeline("ci", [first.sh("cat a.txt; ls", { id: "second" })]);`);
    const run = project.start(["run", "--format", "json"]);
    const first = await gate.arrival("first");
    await project.write({ "a.txt": "new\n", "more.txt": "x\n", ".fresco/ci.ts": "not a pipeline" });
    await project.remove("gone.txt");
    first.letThrough();
    expect(linesOf(await run.outcome, "second")).toEqual(["old", "a.txt", "gone.txt"]);
  });

  it("is never written: a step's changes stay in its workspace", async () => {
    await using project = await TemporaryProject.create({ "a.txt": "a\n" });
    await project.pipeline(`export default pipeline("ci", [sh("echo b > b.txt; rm a.txt; mkdir d", { id: "step" })]);`);
    await project.passing(["run"]);
    expect(readdirSync(project.root).sort()).toEqual([".fresco", "a.txt"]);
  });
});

describe("two runs at once", () => {
  it("compute each key once; the second says whom it waits for", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(`
const slow = sh(${JSON.stringify(`${gate.pass("slow")}; echo done > it`)}, { id: "slow", shell: "/bin/bash -e", cache: forever() });
export default pipeline("ci", [slow.sh("cat it", { id: "child", cache: forever() })]);`);
    const first = project.start(["run", "--format", "json"]);
    const slow = await gate.arrival("slow");
    const second = project.start(["run", "--format", "json"]);
    await second.printed("which computes the same step");
    slow.letThrough();
    const outcomes = [await first.outcome, await second.outcome];
    expect(gate.waiting("slow")).toBe(0);
    const [one, two] = outcomes.map(statuses);
    expect(one?.["slow"]).toBe("passed");
    expect(two?.["slow"]).toBe("cached");
    expect(new Set([one?.["child"], two?.["child"]])).toEqual(new Set(["cached", "passed"]));
    const [begun] = eventsOf(outcomes[0] ?? { stdout: "" });
    expect(outcomes[1]?.stdout).toContain(`waiting for run ${begun?.run}, which computes the same step`);
  });

  it("do not inherit a failure: the second computes for itself", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(
      `export default pipeline("ci", [sh(${JSON.stringify(`${gate.pass("slow")}; exit 1`)}, { id: "slow", shell: "/bin/bash -e", cache: forever() })]);`,
    );
    const first = project.start(["run", "--format", "json"]);
    const slow = await gate.arrival("slow");
    const second = project.start(["run", "--format", "json"]);
    await second.printed("which computes the same step");
    slow.letThrough();
    (await gate.arrival("slow")).letThrough();
    expect([(await first.outcome).code, (await second.outcome).code]).toEqual([1, 1]);
  });
});

describe("pipeline files", () => {
  const STEP = 'import { pipeline, sh } from "fresco";\nimport { word } from "./helper.js";\n';

  it.for(["ts", "mts", "js", "mjs"])("may be .%s, and import helpers, whatever the package's type", async (extension) => {
    for (const type of ["commonjs", "module"]) {
      await using project = await TemporaryProject.create({
        "package.json": JSON.stringify({ type }),
        [`.fresco/ci.${extension}`]: `${STEP}export default pipeline("ci", [sh(\`echo \${word}\`, { id: "say" })]);`,
        ".fresco/helper.ts": 'export const word: string = "helped";',
      });
      expect(linesOf(await project.passing(["run", "--format", "json"]), "say")).toEqual(["helped"]);
      expect(existsSync(join(project.root, "node_modules"))).toBe(false);
    }
  });

  it("print to stderr only", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline('console.log("loading"); export default pipeline("ci", [sh("echo step", { id: "say" })]);');
    const { stdout, stderr } = await project.passing(["run", "--format", "json"]);
    expect(eventsOf({ stdout })).not.toEqual([]);
    expect(stderr).toContain("loading");
  });

  it.for(
    Object.entries({
      "an error": 'throw new Error("no luck");',
      "an enum": "enum Colour { Red }",
      "a syntax error": "const = 1;",
      "no pipeline": "export const nothing = 1;",
      "an unknown field": 'import { pipeline, sh } from "fresco";\nexport default pipeline("ci", [sh("true", { cached: true })]);',
      "two steps with one id":
        'import { pipeline, sh } from "fresco";\nexport default pipeline("ci", [sh("true", { id: "a" }), sh("false", { id: "a" })]);',
    }),
  )("that hold %s are refused in words, with the place", async ([name, content]) => {
    await using project = await TemporaryProject.create({ ".fresco/ci.ts": `${content}\n` });
    const { code, stdout, stderr } = await project.fresco(["run"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    await expect(stderr.replaceAll(project.root, "PROJECT")).toMatchFileSnapshot(`golden/load-${name.replaceAll(" ", "-")}.txt`);
  });
});
