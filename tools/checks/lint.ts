// `npm run lint`: every check, in order; names given as arguments select some.
import { pathToFileURL } from "node:url";
import { root } from "../setup/packages.ts";
import { checks } from "./all.ts";
import type { Check, Finding } from "./check.ts";
import { lineOf, sum, type Tally } from "./tally.ts";

/** Runs the checks, prints what they found, and counts each as one. */
export async function lint(selected: readonly Check[]): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const check of selected) {
    const began = performance.now();
    const findings = await findingsOf(check);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`${findings.length === 0 ? "ok    " : "FAILED"} lint: ${check.name} (${seconds} s)`);
    for (const finding of findings) console.log(describe(finding));
    tallies.push(findings.length === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
  }
  return sum(tallies);
}

async function findingsOf(check: Check): Promise<readonly Finding[]> {
  try {
    return await check.run(root);
  } catch (error) {
    return [{ rule: check.name, message: `the check itself failed: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

function describe({ rule, file, message }: Finding): string {
  return `  ${file === undefined ? "" : `${file}: `}${rule}: ${message}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2);
  const tally = await lint(names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name)));
  console.log(lineOf(tally));
  process.exitCode = tally.failed === 0 ? 0 : 1;
}
