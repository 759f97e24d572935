// `npm test`: every check, every test, and one line that counts them.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { root } from "../setup/packages.ts";
import { checks } from "./all.ts";
import { lint } from "./lint.ts";
import { runAsOrdinaryUser } from "./ordinary-user.ts";
import { lineOf, sum } from "./tally.ts";
import { runVitest } from "./vitest-run.ts";

const reports = path.join(root, ".tests");
mkdirSync(reports, { recursive: true });
const total = sum([
  await lint(checks),
  runVitest({ directory: root, filters: process.argv.slice(2), reportFile: path.join(reports, "vitest.json") }),
  runAsOrdinaryUser(),
]);
console.log(lineOf(total));
process.exitCode = total.failed === 0 ? 0 : 1;
