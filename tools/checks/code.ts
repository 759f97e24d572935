import { z } from "zod";
import { type Check, type Finding, filesOfGit, tool } from "./check.ts";
import { outcomeOf } from "./process.ts";

const reportSchema = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().optional(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })).optional(),
    }),
  ),
});

/** oxlint with types: no `any`, no unsafe casts, no floating promises, and what `.oxlintrc.json` names beside. */
export const code: Check = {
  name: "code",
  async run(directory) {
    const { stdout, stderr } = await outcomeOf(tool("oxlint"), ["--type-aware", "--format", "json"], { cwd: directory });
    if (!stdout.startsWith("{")) return [{ rule: "oxlint", message: `it gave no report: ${stdout}${stderr}`.slice(0, 2_000) }];
    const report = reportSchema.parse(JSON.parse(stdout));
    const findings: Finding[] = report.diagnostics.map(({ message, code, filename, labels }) => ({
      rule: code ?? "oxlint",
      file: `${filename}:${labels?.[0]?.span.line ?? 1}`,
      message,
    }));
    const expected = (await filesOfGit(directory, [".ts", ".js", ".mjs"])).length;
    if (report.number_of_files !== expected) {
      findings.push({ rule: "unread", message: `oxlint read ${report.number_of_files} files, git has ${expected}` });
    }
    return findings;
  },
};
