import { describe, expect, it } from "vitest";
import { steady, TemporaryProject } from "./harness.ts";
import { someText } from "./matchers.ts";

const PIPELINE = `
const deps = sh("npm ci", { id: "deps", cache: onChange("package.json", optional("package-lock.json")) });
const lint = deps.sh("npm run lint", { id: "lint", label: 'Lint "everything"', cache: forever() });
const build = deps.sh("npm run build\\nls dist", { id: "build", outputs: ["dist"], cache: all(ttl("1h30m"), onValue({ level: 2 })) });
const pack = sh("tar c dist", { id: "pack", uses: [build], after: [lint] });
export default [pipeline("ci", [lint, pack]), pipeline("nightly", [sh("make soak", { id: "soak" })])];
`;

async function project(): Promise<TemporaryProject> {
  const created = await TemporaryProject.create({ "package.json": "{}\n" });
  await created.pipeline(PIPELINE);
  return created;
}

describe("commands about pipelines", () => {
  it("lists pipelines and steps with their policies", async () => {
    await using here = await project();
    await expect((await here.passing(["list"])).stdout).toMatchFileSnapshot("golden/list.txt");
    const listed: unknown = JSON.parse((await here.passing(["list", "--format", "json"])).stdout);
    expect(listed).toMatchObject([
      {
        pipeline: "ci",
        steps: [
          { id: "deps", label: null, parent: null, cache: { type: "onChange" } },
          { id: "lint", label: 'Lint "everything"', parent: "deps" },
          { id: "build", parent: "deps", cache: { type: "all" } },
          { id: "pack", uses: ["build"], after: ["lint"], cache: { type: "none" } },
        ],
      },
      { pipeline: "nightly", steps: [{ id: "soak" }] },
    ]);
  });

  it("draws a pipeline as text, for Graphviz, for Mermaid and as JSON", async () => {
    await using here = await project();
    for (const format of ["text", "dot", "mermaid", "json"]) {
      await expect((await here.passing(["graph", "ci", "--format", format])).stdout).toMatchFileSnapshot(`golden/graph.${format}`);
    }
    expect((await here.passing(["graph", "nightly"])).stdout).toBe("nightly\n└─ soak\n");
  });

  it("renders the IR, the same for every reader", async () => {
    await using here = await project();
    const first = await here.passing(["render", "ci"]);
    expect(JSON.parse(first.stdout)).toMatchObject({ version: 1, pipeline: "ci", steps: [{ id: "deps", command: "npm ci" }, {}, {}, {}] });
    expect((await here.passing(["render", "ci", "-C", here.root], { cwd: here.home })).stdout).toBe(first.stdout);
  });

  it("asks which pipeline is meant where there are several", async () => {
    await using here = await project();
    for (const command of ["render", "graph", "run", "plan"]) {
      expect(await here.fresco([command])).toMatchObject({
        code: 2,
        stdout: "",
        stderr: "error[run.which]: the project has several pipelines: ci, nightly\nhint: name one of them\n",
      });
    }
    const { code, stderr } = await here.fresco(["run", "nightlz"]);
    expect(code).toBe(2);
    expect(stderr).toContain('error[run.unknown]: there is no pipeline and no step "nightlz"; did you mean nightly?\n');
  });

  it("finds the project from a directory below it, and says so when git ignores the pipeline", async () => {
    await using here = await project();
    await here.write({ "deep/down/file": "x" });
    expect((await here.passing(["list"], { cwd: `${here.root}/deep/down` })).stdout).toContain("nightly");
    await here.git("init", "-q");
    await here.write({ ".gitignore": ".fresco\n" });
    const { code, stderr } = await here.fresco(["list"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error[pipeline.ignored]: git ignores .fresco/ci.ts, so no run can see the pipeline\nhint: take .fresco out of .gitignore (a `!.fresco/` after the line that ignores it)\n",
    );
  });

  it("plans what would run and what would hit, without running or storing anything", async () => {
    await using here = await TemporaryProject.create({ "a.txt": "a\n" });
    await here.pipeline(`
const tools = sh("echo tools > tools.txt", { id: "tools", cache: forever() });
const prep = tools.sh("cat a.txt > prepared.txt", { id: "prep", cache: onChange("a.txt") });
export default pipeline("ci", [prep.sh("cat prepared.txt", { id: "read" }), sh("true", { id: "other" })]);`);
    const cold = await here.passing(["plan"]);
    await expect(steady(cold.stdout, here)).toMatchFileSnapshot("golden/plan-cold.txt");
    expect((await here.passing(["run", "-n"])).stdout).toBe(cold.stdout);
    expect((await here.passing(["runs"])).stdout).toBe("no runs yet\n");
    await here.passing(["run"]);
    await here.write({ "a.txt": "b\n" });
    await expect(steady((await here.passing(["plan", "read"])).stdout, here)).toMatchFileSnapshot("golden/plan-edited.txt");
    const planned: unknown = JSON.parse((await here.passing(["plan", "--format", "json", "--no-cache"])).stdout);
    expect(planned).toMatchObject({
      pipeline: "ci",
      steps: [
        {
          step: "tools",
          decision: "execute",
          why: "the cache is not read for it",
          key: someText,
          entry: { run: someText },
        },
        { step: "prep", decision: "undecided", key: null },
        { step: "read", decision: "execute", why: "it has no cache policy", entry: null },
        { step: "other", decision: "execute" },
      ],
    });
  });
});
