// `npm run demo`: a real project, run three times: cold, warm, and after an edit. Checks that everything is as said.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type DemoEvent, frescoRun, type Outcome } from "./fresco.ts";
import { copyExample, type DemoProject } from "./project.ts";

/** The step whose output is shown: it has no policy, so it always runs. */
const READER = "report";

const ALL_PASSED = { install: "passed", sample: "passed", lint: "passed", test: "passed", build: "passed", report: "passed" };
const ALL_CACHED = { install: "cached", sample: "cached", lint: "cached", test: "cached", build: "cached", report: "passed" };
const TOUCHED = { ...ALL_CACHED, lint: "passed", build: "passed" };

const problems: string[] = [];

function check(holds: boolean, what: string): void {
  console.log(`  ${holds ? "✓" : "✗"} ${what}`);
  if (!holds) problems.push(what);
}

function show(event: DemoEvent): void {
  if (event.type === "job.log" && event.job === READER) console.log(`  ${READER.padEnd(8)}│ ${event.line ?? ""}`);
  if (event.type === "notice") console.log(`  note: ${event.text}`);
  if (event.type !== "job.finished") return;
  const seconds = event.status === "cached" ? "" : ` ${(event.durationMs / 1000).toFixed(1)} s`;
  console.log(`  ${event.job.padEnd(8)}${event.status}${seconds}`);
}

/** `false`: there is no sense in going on. */
function checkStatuses(outcome: Outcome, expected: Readonly<Record<string, string>>, what: string): boolean {
  const { statuses, exitCode } = outcome;
  const wrong = Object.entries(expected).filter(([job, status]) => statuses.get(job) !== status);
  const found = wrong.map(([job, status]) => `${job} is ${statuses.get(job) ?? "missing"} instead of ${status}`);
  check(wrong.length === 0 && statuses.size === Object.keys(expected).length && exitCode === 0, [what, ...found].join("; "));
  for (const [job, status] of statuses) {
    if (status !== "failed") continue;
    console.log([`  the last that ${job} printed:`, ...(outcome.output.get(job) ?? []).slice(-30)].join("\n    "));
  }
  return exitCode === 0;
}

/** Runs until the results could be stored: something may have been installed on this machine meanwhile, which is in every key. */
async function runCold(project: DemoProject): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await frescoRun({ ...project, on: show });
    if (attempt === 3 || !outcome.notices.some((text) => text.startsWith("not stored"))) return outcome;
    console.log("  The machine's system changed during the run, so nothing of it was stored; once more:");
  }
}

async function tell(project: DemoProject): Promise<void> {
  console.log(`\nexamples/node, copied to ${project.directory}: npm ci with two native programs, lint, test, build.\n`);
  console.log("1. Cold: nothing is cached, so every step executes in a sandbox of its own.\n");
  const cold = await runCold(project);
  if (!checkStatuses(cold, ALL_PASSED, "every step passed")) return;

  console.log("\n2. Warm: nothing changed. Steps with a policy come from the cache; `report` has none and always runs.\n");
  const warm = await frescoRun({ ...project, on: show });
  if (!checkStatuses(warm, ALL_CACHED, `every cacheable step is cached: ${warm.durationMs} ms instead of ${cold.durationMs} ms`)) return;
  check(project.status() === "", "the working tree is as it was: no node_modules, no dist");

  console.log("\n3. After an edit of src/greeting.js: the steps that see this file execute, and no others.\n");
  project.edit("src/greeting.js", "Words, counted", "Words, freshly counted");
  const edited = await frescoRun({ ...project, parameters: ["--export", `build=${project.exported}`], on: show });
  checkStatuses(edited, TOUCHED, "exactly lint, build and report executed; install, sample and test are cached");
  check(edited.output.get(READER)?.includes("Words, freshly counted") === true, "what report printed is the new text, not yesterday's");
  const built = path.join(project.exported, "dist/words.js");
  check(
    existsSync(built) && readFileSync(built, "utf8").includes("freshly"),
    "the declared output dist/words.js was copied out, and is new",
  );
}

{
  using project = copyExample("node");
  await tell(project);
}
if (problems.length > 0) {
  console.error(
    `\nNot as it should be: ${problems.join("; ")}.\n\`apps/cli/bin/fresco.js doctor\` says what is wrong with the surroundings.`,
  );
  process.exitCode = 1;
} else {
  console.log("\nThe pipeline is examples/node/.fresco/pipeline.ts. In a project of yours: `fresco init`, then `fresco run`.");
}
