import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A repository with this pipeline file and these other files, committed. */
export function makeProject(directory: string, pipeline: string, files: Readonly<Record<string, string>> = {}): string {
  for (const [name, text] of Object.entries({ ".fresco/ci.ts": pipeline, ...files })) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    [...identity, "commit", "-q", "-m", "bench"],
  ]) {
    const { status, stderr } = spawnSync("git", args, { cwd: directory, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  }
  return directory;
}

/** The options of a pipeline that stands on an image. */
const on = (image: string | undefined): string => (image === undefined ? "" : `, { image: "${image}" }`);

/** So many cached steps, each on the one before. */
export const chain = (steps: number, image?: string): string => `import { forever, pipeline, sh, type Step } from "fresco";
let step: Step = sh("echo 0 > f0", { id: "s0", cache: forever() });
for (let i = 1; i < ${steps}; i += 1) step = step.sh(\`echo \${i} > f\${i}\`, { id: \`s\${i}\`, cache: forever() });
export default pipeline("ci", [step]${on(image)});
`;

/** The same where each changes the system, as an installation does. */
export const installations = (steps: number, image: string): string => chain(steps, image).replaceAll("> f", "> /f");

/** So many cached steps that all stand on one. */
export const forks = (steps: number, image?: string): string => `import { forever, pipeline, sh } from "fresco";
const root = sh("echo 0 > f0", { id: "root", cache: forever() });
const leaf = (_: unknown, i: number) => root.sh(\`echo \${i} > f\${i}\`, { id: \`s\${i}\`, cache: forever() });
export default pipeline("ci", Array.from({ length: ${steps} }, leaf)${on(image)});
`;

/** Twenty steps of which each sees one file, and one pipeline with a step besides that always reads a file. */
export const views = `import { onChange, pipeline, sh } from "fresco";
const steps = Array.from({ length: 20 }, (_, i) => sh(\`cat d\${i}/f0 > out\${i}\`, { id: \`s\${i}\`, cache: onChange(\`d\${i}/f0\`) }));
export default [pipeline("hits", steps), pipeline("one", [...steps, sh("cat d0/f1", { id: "reader" })])];
`;

/** A step that prints so many bytes in lines of this length. */
export const printing = (bytes: number, line: number): string => `import { pipeline, sh } from "fresco";
export default pipeline("ci", [sh("yes ${"x".repeat(line - 1)} | head -c ${bytes}", { id: "print" })]);
`;

/** Small files, fifty in a directory. */
export function manyFiles(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${Math.floor(i / 50)}/f${i % 50}`, `${i}\n`]));
}
