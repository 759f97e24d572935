import { chmod, rename, utimes } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { linesOf, statuses } from "./events.ts";
import { TemporaryProject } from "./harness.ts";
import { PLACES } from "./places.ts";

/** A chain of cached steps, then a reader. `middle` are options of the middle step. */
function chain(middle: string, command = "cat a.txt > copy.txt; ls"): string {
  return `
const first = sh("echo first > first.txt", { id: "first", cache: forever() });
const middle = first.sh(${JSON.stringify(command)}, { id: "middle", ${middle} });
export default pipeline("ci", [middle.sh("cat marker.txt; cat copy.txt; ls", { id: "reader" })]);`;
}

const MIDDLE = 'cache: onChange("a.txt", optional("sub"))';

async function chainProject(image: string | undefined): Promise<TemporaryProject> {
  const project = await TemporaryProject.create({ "a.txt": "a\n", "marker.txt": "old\n", "gone.txt": "x\n", "sub/b.txt": "b\n" }, image);
  await project.pipeline(chain(MIDDLE));
  return project;
}

describe.for(PLACES)("a chain of cached steps, then a reader, $where", ({ image, missing }) => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("hits after an edit that no cached step sees, and shows the reader the edit and the deletion", async () => {
    await using project = await chainProject(image);
    const cold = await project.passing(["run", "--format", "json"]);
    expect(statuses(cold)).toEqual({ first: "passed", middle: "passed", reader: "passed" });
    expect(linesOf(cold, "middle")).toEqual(["a.txt", "copy.txt", "first.txt", "sub"]);
    expect(linesOf(cold, "reader")).toEqual(["old", "a", "a.txt", "copy.txt", "first.txt", "gone.txt", "marker.txt", "sub"]);

    await project.write({ "marker.txt": "new\n" });
    await project.remove("gone.txt");
    const warm = await project.passing(["run", "--format", "json"]);
    expect(statuses(warm)).toEqual({ first: "cached", middle: "cached", reader: "passed" });
    expect(linesOf(warm, "middle")).toEqual(linesOf(cold, "middle"));
    expect(linesOf(warm, "reader")).toEqual(["new", "a", "a.txt", "copy.txt", "first.txt", "marker.txt", "sub"]);
  });

  it("runs the step whose file was edited, and only that one", async () => {
    await using project = await chainProject(image);
    await project.passing(["run"]);
    await project.write({ "a.txt": "edited\n" });
    const edited = await project.passing(["run", "--format", "json"]);
    expect(statuses(edited)).toEqual({ first: "cached", middle: "passed", reader: "passed" });
    expect(linesOf(edited, "reader")).toContain("edited");
    expect((await project.passing(["explain", "middle"])).stdout).toMatch(
      /miss: since run \w+ this has changed:\n {4}The file a\.txt has other content\.\n/,
    );
  });

  it("hits after a touch", async () => {
    await using project = await chainProject(image);
    await project.passing(["run"]);
    await utimes(join(project.root, "a.txt"), new Date(), new Date());
    expect(statuses(await project.passing(["run", "--format", "json"]))).toEqual({ first: "cached", middle: "cached", reader: "passed" });
    expect((await project.passing(["explain", "middle"])).stdout).toMatch(
      /hit: run \w+ gave the same result .*\n\nnow it would hit: its entry is there\n$/,
    );
  });

  const changes: Readonly<Record<string, { readonly change: (project: TemporaryProject) => Promise<void>; readonly says: string }>> = {
    "the command": {
      change: (project) => project.pipeline(chain(MIDDLE, "cat a.txt > copy.txt; ls; true")),
      says: 'The command changed from "cat a.txt > copy.txt; ls" to "cat a.txt > copy.txt; ls; true".',
    },
    "a variable": { change: (project) => project.pipeline(chain(`${MIDDLE}, env: { MODE: "fast" }`)), says: "The variable MODE is new." },
    "the outputs": {
      change: (project) => project.pipeline(chain(`${MIDDLE}, outputs: ["copy.txt"]`)),
      says: 'The declared outputs changed from the default to ["copy.txt"].',
    },
    "a file's mode": { change: (project) => chmod(join(project.root, "a.txt"), 0o755), says: "The file a.txt has another mode." },
    "a file's name": {
      change: (project) => rename(join(project.root, "sub/b.txt"), join(project.root, "sub/c.txt")),
      says: "The file sub/b.txt is gone.\n    The file sub/c.txt is new.",
    },
  };

  it.for(Object.entries(changes))("misses when %s changes, and explain names it before and after", async ([, { change, says }]) => {
    await using project = await chainProject(image);
    await project.passing(["run"]);
    await change(project);
    expect((await project.passing(["explain", "middle"])).stdout).toContain(
      `now it would run: no entry has its key; compared with its newest entry:\n    ${says}\n`,
    );
    expect(statuses(await project.passing(["run", "--format", "json"]))).toEqual({ first: "cached", middle: "passed", reader: "passed" });
    expect((await project.passing(["explain", "@latest:middle"])).stdout).toContain(`this has changed:\n    ${says}\n`);
  });

  it("never tells the value of a variable", async () => {
    await using project = await chainProject(image);
    await project.pipeline(chain(`${MIDDLE}, env: { MODE: env("MODE") }`));
    for (const MODE of ["value-one", "value-two"]) await project.passing(["run"], { env: { MODE } });
    const { stdout } = await project.passing(["explain", "middle"], { env: { MODE: "value-three" } });
    expect(stdout.match(/The variable MODE has another value\./g)).toHaveLength(2);
    expect(stdout).not.toContain("value-");
    expect((await project.passing(["explain", "middle"])).stdout).toContain("now it cannot be told: ");
  });
});

describe.for(PLACES)("policies, $where", ({ image, missing }) => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("runs the child of a renewed ttl parent when its content is other, and lets it hit when it is the same", async () => {
    await using project = await TemporaryProject.create({}, image);
    // Milliseconds: long over when the next process looks.
    const write = (command: string): Promise<void> =>
      project.pipeline(`
const parent = sh(${JSON.stringify(command)}, { id: "parent", cache: ttl("1ms") });
export default pipeline("ci", [parent.sh("cat it", { id: "child", cache: forever() })]);`);
    await write("echo same > it");
    await project.passing(["run"]);
    const same = await project.passing(["run", "--format", "json"]);
    expect(statuses(same)).toEqual({ parent: "passed", child: "cached" });
    expect((await project.passing(["explain", "parent"])).stdout).toMatch(/miss: its entry is .+ old, and ttl is 1ms\n/);

    await write("cat /proc/sys/kernel/random/uuid > it");
    await project.passing(["run"]);
    const other = await project.passing(["run", "--format", "json"]);
    expect(statuses(other)).toEqual({ parent: "passed", child: "passed" });
    expect((await project.passing(["explain", "child"])).stdout).toContain(
      "The workspace layer at position 1 beneath the step has other content.",
    );
  });

  it("lets no entry of one kind of sandbox hit in another", async ({ skip }) => {
    skip(process.platform !== "linux", "there is one kind of sandbox here");
    skip(image !== undefined, "nothing else runs an image here");
    await using project = await TemporaryProject.create({}, image);
    await project.pipeline(`export default pipeline("ci", [sh("echo hi > hi", { id: "step", cache: forever() })]);`);
    expect(statuses(await project.passing(["run", "--format", "json"]))).toEqual({ step: "passed" });
    expect(statuses(await project.passing(["run", "--format", "json", "--sandbox", "host"]))).toEqual({ step: "passed" });
    expect(statuses(await project.passing(["run", "--format", "json", "--sandbox", "host"]))).toEqual({ step: "cached" });
    expect(statuses(await project.passing(["run", "--format", "json"]))).toEqual({ step: "cached" });
  });

  it("names the file that a failed step wanted and its policy hides, and the policy that would let it in", async () => {
    await using project = await TemporaryProject.create({ "src/secret.txt": "x\n" }, image);
    await project.pipeline(`export default pipeline("ci", [sh("cat src/secret.txt", { id: "blind", cache: forever() })]);`);
    const { code, stderr } = await project.fresco(["run"]);
    expect(code).toBe(1);
    expect(stderr).toContain("its output mentions src/secret.txt, which the source has and the step's cache policy does not show it");
    expect(stderr).toContain('hint: let it in with cache: onChange("src/secret.txt", …), or leave the policy out');
  });

  it("fails a step that writes what the source has and its view lacks, naming the path and both cures, also at a hit", async () => {
    await using project = await TemporaryProject.create({}, image);
    await project.pipeline(`export default pipeline("ci", [sh("echo made > out.txt", { id: "writer", cache: forever() })]);`);
    await project.passing(["run"]);
    await project.write({ "out.txt": "by hand\n" });
    const says =
      "wrote out.txt, which the source has and the step's view lacks; its layer would hide the source from the steps above it\n" +
      '  hint: let the step see it with cache: onChange("out.txt", …), or say that writing it is meant: outputs: ["out.txt", …]\n';
    for (const words of [["run"], ["run", "--no-cache"]]) {
      const { code, stderr } = await project.fresco(words);
      expect(code).toBe(1);
      expect(stderr).toContain(says);
    }
    await project.pipeline(
      `export default pipeline("ci", [sh("echo made > out.txt", { id: "writer", cache: forever(), outputs: ["out.txt"] })]);`,
    );
    await project.passing(["run"]);
  });

  it("refuses a glob that matches nothing before anything runs, and says when git ignores what it would match", async () => {
    await using project = await TemporaryProject.create({ ".gitignore": "dist\n", "dist/x.txt": "x\n" });
    await project.git("init", "-q");
    await project.pipeline(
      `export default pipeline("ci", [sh("touch ran", { id: "first" }), sh("true", { id: "s", cache: onChange("dist/x.txt", "nope") })]);`,
    );
    const { code, stdout, stderr } = await project.fresco(["run"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatchInlineSnapshot(`
      "error[view.unmatched]: step "s": onChange("dist/x.txt") matches nothing in the source; git ignores dist/x.txt, which it would match
      step "s": onChange("nope") matches nothing in the source
      hint: correct the pattern (it is anchored at the project's root; \`**/\` reaches into directories), or say optional(…) where nothing may match
      "
    `);
  });
});
