import { type Check, type Finding, filesOfGit, tool } from "./check.ts";
import { outcomeOf } from "./process.ts";

interface Report {
  readonly number_of_files: number;
  readonly diagnostics: readonly {
    readonly message: string;
    readonly code?: string;
    readonly filename: string;
    readonly labels?: readonly { readonly span: { readonly line: number } }[];
  }[];
}

/** oxlint with types: no `any`, no unsafe casts, no floating promises, and what `.oxlintrc.json` names beside. */
export const code: Check = {
  name: "code",
  async run(directory) {
    const { stdout, stderr } = await outcomeOf(tool("oxlint"), ["--type-aware", "--format", "json"], { cwd: directory });
    const report = parse(stdout);
    if (report === undefined) return [{ rule: "oxlint", message: `it gave no report: ${stdout}${stderr}`.slice(0, 2_000) }];
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

function parse(text: string): Report | undefined {
  try {
    const report: Report = JSON.parse(text);
    return report;
  } catch {
    return undefined;
  }
}
