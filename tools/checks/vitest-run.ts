import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { root } from "../setup/packages.ts";
import type { Tally } from "./tally.ts";

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** A vitest run. */
export interface VitestRun {
  /** Path of the repository that is tested. */
  readonly directory: string;
  /** Parts of paths: test files that contain one of them are run; none means all. */
  readonly filters: readonly string[];
  /** Where vitest puts its report; whoever runs it must be able to write there. */
  readonly reportFile: string;
  /** A command and its parameters that start the rest of the line, for a run as somebody else. */
  readonly prefix?: readonly string[];
}

/**
 * Runs tests, prints as vitest does and the reason of every skip, and counts. A file that could not be loaded counts as one
 * failure, and so does a run that failed although no test did: the tripwire was touched, a skip had no reason, or vitest crashed.
 */
export function runVitest({ directory, filters, reportFile, prefix = [] }: VitestRun): Tally {
  rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=./tools/checks/skip-reporter.ts", "--reporter=json"];
  const parameters = ["run", ...reporters, `--outputFile.json=${reportFile}`, ...filters];
  const [file = "", ...rest] = [...prefix, nodeOf(directory), "node_modules/vitest/vitest.mjs", ...parameters];
  const { status } = spawnSync(file, rest, { cwd: directory, stdio: ["ignore", "inherit", "inherit"] });
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, skipped: 0 };
  const report = reportSchema.parse(JSON.parse(readFileSync(reportFile, "utf8")));
  const unloaded = report.testResults.filter(
    (each) => each.status === "failed" && each.assertionResults.every(({ status: one }) => one !== "failed"),
  );
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The running Node, or its copy: whoever tests a copy may not be able to reach the original. */
function nodeOf(directory: string): string {
  const inside = path.relative(root, process.execPath);
  return inside.startsWith("..") ? process.execPath : path.join(directory, inside);
}
