import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadPipelines, type LoadOptions, type LoadProblem } from "../src/index.ts";

let directory = "";
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "fresco loader ü-")));
});
afterEach(() => rmSync(directory, { recursive: true }));

type Files = Readonly<Record<string, string>>;
const DSL = 'import { pipeline, sh } from "fresco";\n';

async function load(files: Files, options: Partial<LoadOptions> = {}) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  const printed: Uint8Array[] = [];
  const outcome = await loadPipelines({ directory, displayDirectory: "/home/me/app", output: (chunk) => printed.push(chunk), ...options });
  return { outcome, printed: Buffer.concat(printed).toString() };
}

async function names(files: Files, options?: Partial<LoadOptions>): Promise<readonly string[]> {
  const { outcome } = await load(files, options);
  expect(outcome).toMatchObject({ type: "loaded" });
  return outcome.type === "loaded" ? outcome.pipelines.map(({ pipeline }) => pipeline) : [];
}

/** Problems as a person reads them. */
async function words(files: Files, options?: Partial<LoadOptions>): Promise<string> {
  const { outcome } = await load(files, options);
  return outcome.type === "failed" ? outcome.problems.map(written).join("\n") : "";
}

function written({ code, message, hint, file, line, column, excerpt }: LoadProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  return [`error[${code}]: ${message}`, place, excerpt ?? "", `hint: ${hint}`].filter((text) => text !== "").join("\n");
}

describe("loadPipelines", () => {
  it("takes one pipeline, a list or a record from each file, in the order of the files' names", async () => {
    expect(
      await names({
        ".fresco/b.ts": `${DSL}export default [pipeline("b1", [sh("x")]), pipeline("b2", [sh("x")])];`,
        ".fresco/a.mts": `${DSL}export default pipeline("a", [sh("x")]);`,
        ".fresco/c.js": `${DSL}export default { one: pipeline("c", [sh("x")]) };`,
        ".fresco/d.mjs": 'import { pipeline, sh } from "@fresco/pipeline";\nexport default pipeline("d", [sh("x")]);',
        ".fresco/helper.ts": "export const unrelated = 1;",
        ".fresco/types/fresco.d.ts": "nonsense",
        ".fresco/deep/other.ts": "throw new Error();",
        ".fresco/tsconfig.json": "{}",
      }),
    ).toEqual(["a", "b1", "b2", "c", "d"]);
  });

  it.each(["commonjs", "module", undefined])("resolves ./x, ./x.js and ./x.ts under the type %s", async (type) => {
    const files = {
      "package.json": JSON.stringify({ type }),
      ".fresco/package.json": JSON.stringify({ type }),
      ".fresco/ci.ts": `${DSL}import { a } from "./a";\nimport { b } from "./b.js";\nimport { c } from "./lib/c.ts";\nexport default pipeline([a, b, c].join("."), [sh("x")]);`,
      ".fresco/a.ts": 'export const a: string = "a";',
      ".fresco/b.ts": 'export const b: string = "b";',
      ".fresco/lib/c.ts": 'import { index } from ".";\nexport const c: string = index;',
      ".fresco/lib/index.ts": 'export const index: string = "c";',
    };
    const { outcome, printed } = await load(files);
    expect(outcome).toMatchObject({ type: "loaded", pipelines: [{ pipeline: "a.b.c" }] });
    expect(printed).toBe("");
  });

  it("gives the files an empty environment and takes what they print apart", async () => {
    const { outcome, printed } = await load({
      ".fresco/ci.ts": `${DSL}console.log("out", Object.keys(process.env).length);\nconsole.error("err");\nexport default pipeline("ci", [sh("x")]);`,
    });
    expect(outcome.type).toBe("loaded");
    expect(printed.split("\n").toSorted()).toEqual(["", "err", "out 0"]);
  });

  it("does not wait for what a file left running", async () => {
    expect(
      await names({
        ".fresco/ci.ts": `${DSL}import { spawn } from "node:child_process";\nspawn("sleep", ["600"], { stdio: "inherit" });\nsetInterval(() => {}, 1000);\nexport default pipeline("ci", [sh("x")]);`,
      }),
    ).toEqual(["ci"]);
  });

  it("does not wait longer than its limit for what left its group", async () => {
    const { outcome, printed } = await load(
      {
        ".fresco/ci.ts": `${DSL}import { spawn } from "node:child_process";
console.log(spawn("sleep", ["600"], { stdio: "inherit", detached: true }).pid);
export default pipeline("ci", [sh("x")]);`,
      },
      { timeLimit: 1_000 },
    );
    process.kill(Number(printed), "SIGKILL");
    expect(outcome).toMatchObject({ type: "failed", problems: [{ code: "pipeline.too-slow" }] });
  });

  it("finds its files through a symlink", async () => {
    const link = `${directory}-link`;
    symlinkSync(directory, link);
    try {
      expect(await names({ ".fresco/ci.ts": `${DSL}export default pipeline("ci", [sh("x")]);` }, { directory: link })).toEqual(["ci"]);
    } finally {
      rmSync(link);
    }
  });

  it("ends with the signal's reason", async () => {
    const abort = new AbortController();
    const loading = load(
      { ".fresco/ci.ts": 'console.log("here");\nfor (;;);' },
      { signal: abort.signal, output: () => abort.abort(new Error("enough")) },
    );
    await expect(loading).rejects.toThrow("enough");
  });

  it("leaves nothing behind when its own process is killed", async (t) => {
    t.skip(!existsSync("/usr/bin/setpriv"), "only util-linux can tie a process to its parent here");
    mkdirSync(join(directory, ".fresco"));
    writeFileSync(join(directory, ".fresco/ci.ts"), 'process.stderr.write("looping");\nfor (;;);');
    const script = `const { loadPipelines } = await import(${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)});
await loadPipelines({ directory: process.argv[1], displayDirectory: "" });`;
    const args = ["--conditions=fresco-source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script, directory];
    const parent = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    await once(parent.stderr, "data");
    parent.kill("SIGKILL");
    // The loop holds the other end: this only comes when it is gone.
    await once(parent.stderr, "close");
  });

  it("says when Node cannot be started", async () => {
    await expect(load({}, { nodePath: join(directory, "none") })).rejects.toMatchObject({ code: "loader.failed" });
  });
});

describe("what an author can do wrong", () => {
  it("a file that throws, in a helper of its", async () => {
    expect(
      await words({
        ".fresco/ci.ts": 'import "./lib/helper";\n',
        ".fresco/lib/helper.ts": "function boom(): never {\n  throw new TypeError(`no ${1}`);\n}\nboom();\n",
      }),
    ).toBe(`error[pipeline.threw]: The file threw while it was loaded: TypeError: no 1.
/home/me/app/.fresco/lib/helper.ts:2:9
1 | function boom(): never {
2 |   throw new TypeError(\`no \${1}\`);
  |         ^
hint: Correct what it does there.`);
  });

  it("an enum", async () => {
    expect(
      await words({ ".fresco/ci.ts": `${DSL}enum Colour { red }\n` }),
    ).toBe(`error[pipeline.unsupported-syntax]: The file uses a TypeScript enum, which is not erased with the types.
/home/me/app/.fresco/ci.ts:2:1
1 | import { pipeline, sh } from "fresco";
2 | enum Colour { red }
  | ^
hint: Write an object, such as const Colour = { red: "red" } as const.`);
  });

  it("a syntax error in TypeScript", async () => {
    expect(
      await words({ ".fresco/ci.ts": "export const a = 1;\nconst b: number = (;\n" }),
    ).toBe(`error[pipeline.syntax]: The file cannot be parsed: Expression expected.
/home/me/app/.fresco/ci.ts:2:20
1 | export const a = 1;
2 | const b: number = (;
  |                    ^
hint: Correct it there.`);
  });

  it("a syntax error in JavaScript, for which V8 gives no place", async () => {
    expect(
      await words({ ".fresco/ci.js": "export const a = 1;\nconst a = 2;\n" }),
    ).toBe(`error[pipeline.syntax]: The file cannot be parsed: Identifier 'a' has already been declared.
/home/me/app/.fresco/ci.js:2:7
1 | export const a = 1;
2 | const a = 2;
  |       ^
hint: Correct it there.`);
  });

  it("an import of a mere type", async () => {
    expect(
      await words({ ".fresco/ci.ts": `import { StepOptions } from "fresco";\n` }),
    ).toBe(`error[pipeline.missing-export]: "fresco" has no export named "StepOptions".
/home/me/app/.fresco/ci.ts:1:10
1 | import { StepOptions } from "fresco";
  |          ^
hint: If StepOptions is a type, write "import type".`);
  });

  it("an import that leads nowhere, and one that leaves .fresco", async () => {
    expect(
      await words({ ".fresco/ci.ts": 'import lodash from "lodash";\n', ".fresco/other.ts": '\nimport "../package";\n' }),
    ).toBe(`error[pipeline.missing-module]: Cannot find "lodash".
/home/me/app/.fresco/ci.ts:1:20
1 | import lodash from "lodash";
  |                    ^
hint: A pipeline file can import files in .fresco, Node's own modules and fresco; nothing else is there when it is loaded.
error[pipeline.missing-module]: Cannot find "../package".
/home/me/app/.fresco/other.ts:2:8
2 | import "../package";
  |        ^
hint: A pipeline file can import files in .fresco, Node's own modules and fresco; nothing else is there when it is loaded.`);
  });

  it("two pipelines of one name", async () => {
    const one = `${DSL}\nexport default pipeline("ci", [sh("x")]);\n`;
    expect(
      await words({ ".fresco/a.ts": one, ".fresco/b.ts": one }),
    ).toBe(`error[pipeline.duplicate-name]: Two pipelines have the name "ci"; the other one is at .fresco/a.ts:3.
/home/me/app/.fresco/b.ts:3:16
3 | export default pipeline("ci", [sh("x")]);
  |                ^
hint: Rename one of them.`);
  });

  it("problems of a pipeline, each at its own step", async () => {
    expect(
      await words({
        ".fresco/ci.ts": `${DSL}const test = sh("npm test", {\n  timeout: "1 h",\n});\nexport default pipeline("ci", [\n  test,\n  sh("npm test"),\n]);\n`,
      }),
    ).toBe(`error[ir.bad-duration]: steps[0].timeout: "1 h" is no duration.
/home/me/app/.fresco/ci.ts:2:14
1 | import { pipeline, sh } from "fresco";
2 | const test = sh("npm test", {
  |              ^
hint: Write whole numbers with units, large to small, such as "90s", "1h30m" or "7d", or a number of milliseconds.
error[ir.duplicate-id]: steps[1].id: Two steps have the id "43b16e418d22"; the first runs "npm test".
/home/me/app/.fresco/ci.ts:7:3
6 |   test,
7 |   sh("npm test"),
  |   ^
hint: Tell them apart: give one of them an id of its own, such as { id: "43b16e418d22-2" }.`);
  });

  it("a variable's reference in a command", async () => {
    expect(
      await words({ ".fresco/ci.ts": 'import { env, sh } from "fresco";\nsh(`echo ${env("HOST")}`);\n' }),
    ).toBe(`error[ir.coerced-reference]: env("HOST") has no value while the pipeline is loaded: it is resolved when the run starts.
/home/me/app/.fresco/ci.ts:2:12
1 | import { env, sh } from "fresco";
2 | sh(\`echo \${env("HOST")}\`);
  |            ^
hint: Pass it as env: { HOST: env("HOST") } and write $HOST in the command.`);
  });

  it("an export of something else", async () => {
    expect(
      await words({ ".fresco/ci.ts": `${DSL}export default [sh("x"), 7];\n` }),
    ).toBe(`error[pipeline.bad-export]: The file exports a step where a pipeline belongs.
/home/me/app/.fresco/ci.ts:2:1
1 | import { pipeline, sh } from "fresco";
2 | export default [sh("x"), 7];
  | ^
hint: Write export default pipeline("name", [...]), or a list of several.
error[pipeline.bad-export]: The file exports a number where a pipeline belongs.
/home/me/app/.fresco/ci.ts:2:1
1 | import { pipeline, sh } from "fresco";
2 | export default [sh("x"), 7];
  | ^
hint: Write export default pipeline("name", [...]), or a list of several.`);
  });

  it("no pipeline at all", async () => {
    const none =
      'error[pipeline.none]: No file in .fresco exports a pipeline.\nhint: Write export default pipeline("name", [...]) in .fresco/pipeline.ts, or let "fresco init" do it.';
    expect(await words({})).toBe(none);
    expect(await words({ ".fresco/helper.ts": "export const a = 1;" })).toBe(none);
  });

  it("a loop for ever", async () => {
    expect(
      await words({ ".fresco/ci.ts": "for (;;);" }, { timeLimit: 5_000 }),
    ).toBe(`error[pipeline.too-slow]: Loading took longer than 5 s and was stopped.
/home/me/app/.fresco/ci.ts
hint: Look for a loop or for work that belongs in a step.`);
  });

  it("ending the process, waiting for nothing, and failing later", async () => {
    expect(
      await words({ ".fresco/ci.ts": "process.exit(0);" }),
    ).toBe(`error[pipeline.exited]: The file ended the process (exit code 0) while it was loaded.
/home/me/app/.fresco/ci.ts
hint: Remove its process.exit().`);
    expect(
      await words({ ".fresco/ci.ts": "await new Promise(() => {});" }),
    ).toBe(`error[pipeline.unsettled]: The file waits for something that never happens.
/home/me/app/.fresco/ci.ts
hint: Look at its top-level await.`);
    expect(
      await words({
        ".fresco/ci.ts": 'setTimeout(() => {\n  throw new Error("late");\n});\nawait new Promise(() => setInterval(() => {}, 1000));',
      }),
    ).toContain("error[pipeline.threw]: The file threw while it was loaded: Error: late.\n/home/me/app/.fresco/ci.ts:2:9\n");
  });

  it("reports every file", async () => {
    const { outcome } = await load({
      ".fresco/a.ts": "throw 1;",
      ".fresco/b.ts": "enum E {}",
      ".fresco/c.ts": `${DSL}export default pipeline("c", [sh("x")]);`,
    });
    expect(outcome).toMatchObject({ type: "failed", problems: [{ code: "pipeline.threw" }, { code: "pipeline.unsupported-syntax" }] });
  });
});
