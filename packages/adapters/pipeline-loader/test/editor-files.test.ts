import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { editorFiles } from "../src/index.ts";
import { authorTypesModule } from "./generate-author-types.ts";

const compiler = fileURLToPath(new URL("../../../../node_modules/typescript/bin/tsc", import.meta.url));

const SAMPLE = `import { all, env, forever, onChange, onValue, optional, pipeline, scratch, secrets, sh, Step, target, ttl, wait, type StepOptions } from "fresco";
import { label } from "./names";
const options: StepOptions = { label, cache: all(onChange("package.json", optional(".npmrc")), ttl("7d"), onValue({ node: 24 }), forever()) };
const install: Step = sh("npm ci", options);
const build = target("build", () => install.sh("npm run build", { outputs: ["dist"], env: { A: env("A", "a"), TOKEN: secrets.TOKEN } }));
export default pipeline("ci", () => [build(), wait(), scratch({ image: "node:24" }).sh("node dist", { uses: [build()], timeout: 90_000 })], { base: "host" });
`;

/** What the compiler says about a project that holds the editor's files and these. */
function check(files: Readonly<Record<string, string>>): string {
  const project = mkdtempSync(join(tmpdir(), "fresco-editor-"));
  try {
    const all = [...editorFiles(), ...Object.entries(files).map(([path, content]) => ({ path, content }))];
    for (const { path, content } of all) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), content);
    }
    execFileSync(process.execPath, [compiler, "-p", ".fresco"], { cwd: project, stdio: "pipe", encoding: "utf8" });
    return "";
  } catch (error) {
    return error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
  } finally {
    rmSync(project, { recursive: true });
  }
}

describe("editorFiles", () => {
  it("make an editor accept a pipeline under any type of package.json", () => {
    for (const type of ["commonjs", "module"]) {
      expect(
        check({
          "package.json": JSON.stringify({ type }),
          ".fresco/ci.ts": SAMPLE,
          ".fresco/names.ts": 'export const label: string = "Install";\n',
        }),
      ).toBe("");
    }
  });

  it("make an editor find mistakes", () => {
    expect(check({ ".fresco/ci.ts": 'import { sh } from "fresco";\nsh("x", { cahce: 1 });\nenum E {}\n' })).toMatch(
      /'cahce' does not exist[\s\S]*erasableSyntaxOnly/,
    );
  });

  it("declare what the DSL declares", () => {
    expect(readFileSync(new URL("../src/author-types.ts", import.meta.url), "utf8")).toBe(authorTypesModule());
  });
});
