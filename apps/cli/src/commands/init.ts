import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";
import { type CommandOptions, parseArguments } from "../arguments.ts";
import { projectFiles } from "../init/project-files.ts";
import { recognise } from "../init/recognise.ts";
import { renderPipeline } from "../init/render.ts";
import { writeFiles } from "../init/write-files.ts";

export const summary = "write a first pipeline for the project in this directory";
export const usage = "fresco init [options]";
export const options: CommandOptions = {
  dir: { type: "string", short: "C", value: "DIR", help: "the project's root instead of the working directory" },
  force: { type: "boolean", help: "write over files that exist" },
};

/** `fresco init`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 0, usage });
  const root = resolve(parsed.text("dir") ?? ".");
  const project = projectFiles(root);
  if (!project.isDirectory(".")) throw new FrescoError("project.missing", `${root} is no directory`, { kind: "input" });
  const npmConfiguration = await readFile(join(homedir(), ".npmrc"), "utf8").catch(() => undefined);
  const recipes = recognise(project, { npmConfiguration });
  const { editorFiles } = await import("@fresco/pipeline-loader");
  const files = [{ path: ".fresco/pipeline.ts", content: renderPipeline(recipes) }, ...editorFiles()];
  await writeFiles(root, files, parsed.flag("force"));
  const recognised = recipes.map((recipe) => recipe.recognised).filter((text) => text !== "");
  const notes = [...recipes.flatMap((recipe) => recipe.notes), ...(await ignoredNote(root))];
  process.stdout.write(
    report({ recognised, files: files.map(({ path }) => path), notes, steps: recipes.flatMap(({ steps }) => steps).length }),
  );
  return 0;
}

interface Report {
  readonly recognised: readonly string[];
  readonly files: readonly string[];
  readonly notes: readonly string[];
  readonly steps: number;
}

function report({ recognised, files, notes, steps }: Report): string {
  const lines = [
    recognised.length === 0 ? "recognised no package.json, pyproject.toml, Cargo.toml or go.mod" : `recognised ${recognised.join(", ")}`,
    ...files.map((path) => `wrote ${path}${FOR[path] === undefined ? "" : ` (${FOR[path]})`}`),
    ...notes.map((note) => `note: ${note}`),
    `next: \`fresco run\` executes the ${steps === 1 ? "step" : `${steps} steps`}; the second time it takes them from the cache`,
  ];
  return `${lines.join("\n")}\n`;
}

const FOR: Readonly<Record<string, string>> = {
  ".fresco/pipeline.ts": "the pipeline: yours to edit and to commit",
  ".fresco/tsconfig.json": "for editors",
  ".fresco/types/fresco.d.ts": "for editors",
};

/** A pipeline that git ignores is invisible to every run. */
async function ignoredNote(root: string): Promise<readonly string[]> {
  try {
    await promisify(execFile)("git", ["-C", root, "check-ignore", "-q", "--", ".fresco/pipeline.ts"]);
    return ["git ignores .fresco/pipeline.ts, so no run can see it: add `!.fresco/` to .gitignore."];
  } catch {
    // Exit code 1: not ignored; 128: no repository.
    return [];
  }
}
