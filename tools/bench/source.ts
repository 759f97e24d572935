/**
 * What freezing 50,000 files costs, as whole processes less `node -e 0`, each figure a median of five beside `git status` in the same run:
 * `node tools/bench/source.ts [FILES]`. Measures what `npm run setup` built: sources would add the stripping of their types.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RUNS = 5;
const FILES = Number(process.argv[2] ?? 50_000);
const root = mkdtempSync(join(tmpdir(), "fresco-bench-"));
const project = join(root, "project");
const program = join(root, "once.mjs");
let edits = 0;
let states = 0;

try {
  makeProgram();
  makeProject();
  const node = median(
    () => {},
    () => run(process.execPath, ["-e", "0"]),
  );
  const imports =
    median(
      () => {},
      () => freeze(state(), "import"),
    ) - node;
  report("import of the adapter", imports);
  report("cold freeze, seeded", once(() => freeze(state(), "freeze")) - node);
  const kept = state();
  report("cold freeze, kept", once(() => freeze(kept, "keep")) - node);
  rmSync(join(project, ".git", "index"));
  report("cold freeze, nothing to seed from", once(() => freeze(state(), "freeze")) - node);
  run("git", ["reset", "-q"]);
  freeze(kept, "keep");
  const status = median(
    () => {},
    () => run("git", ["status", "--porcelain"]),
  );
  report("git status", status);
  compare(
    "warm",
    median(
      () => {},
      () => freeze(kept, "freeze"),
    ) - node,
    status,
  );
  compare("one edit", median(edit, () => freeze(kept, "freeze")) - node, status);
  compare("one edit, a view of one file", median(edit, () => freeze(kept, "view")) - node, status);
  report("all of it materialised, first", once(() => freeze(kept, "everything")) - node);
} finally {
  // Deleting between measurements would slow down the next one.
  rmSync(root, { recursive: true, force: true });
}

/** `once.mjs PROJECT STATE import|freeze|view|keep|everything` */
function makeProgram(): void {
  const built = (name: string): string => JSON.stringify(new URL(`../../packages/${name}/dist/index.js`, import.meta.url).href);
  writeFileSync(
    program,
    `import { GitSource } from ${built("adapters/source-git")};
const [root, state, what] = process.argv.slice(2);
const directories = async () => new (await import(${built("ports-testing")})).MemoryStore().directories;
if (what !== "import") {
  const frozen = await new GitSource({ root, state, directories }).freeze();
  if (what === "view") frozen.view([{ pattern: "package7/directory7/file7.txt", optional: false }]);
  if (what === "keep") await frozen.kept;
  if (what === "everything") await (await frozen.materialise("everything", "bench")).release();
}
`,
  );
}

function makeProject(): void {
  for (let file = 0; file < FILES; file += 1) {
    const directory = join(project, `package${file % 20}`, `directory${file % 500}`);
    if (file < 500) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `file${file}.txt`), `content of ${file}\n${"x".repeat(300)}\n`);
  }
  run("git", ["init", "-q"]);
  run("git", ["add", "-A"]);
  run("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "all"]);
}

function state(): string {
  const directory = join(root, `state${(states += 1)}`);
  mkdirSync(directory);
  return directory;
}

function edit(): void {
  appendFileSync(join(project, "package3", "directory3", "file3.txt"), `${(edits += 1)}\n`);
}

function freeze(directory: string, what: string): void {
  run(process.execPath, [program, project, directory, what]);
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { cwd: project, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args[0] ?? ""} failed: ${stderr}`);
}

function once(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(prepare: () => void, work: () => void): number {
  const times = Array.from({ length: RUNS }, () => {
    prepare();
    return once(work);
  });
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

function report(what: string, milliseconds: number): void {
  console.log(`${what.padEnd(36)} ${milliseconds.toFixed(0).padStart(6)} ms`);
}

function compare(what: string, milliseconds: number, floor: number): void {
  console.log(`${what.padEnd(36)} ${milliseconds.toFixed(0).padStart(6)} ms   ${(milliseconds / floor).toFixed(2)} × git status`);
}
