import { type Check, type Finding, filesOfGit, tool, unread } from "./check.ts";
import { outcomeOf } from "./process.ts";

interface Report {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[];
  };
}

/** dependency-cruiser with the rules of `.dependency-cruiser.js`: which layer may import which, and nothing undeclared. */
export const layers: Check = {
  name: "layers",
  async run(directory) {
    const parameters = ["--config", ".dependency-cruiser.js", "--output-type", "json", "apps", "packages", "tools"];
    const { stdout, stderr } = await outcomeOf(tool("depcruise"), parameters, { cwd: directory });
    if (!stdout.startsWith("{")) return [{ rule: "dependency-cruiser", message: `${stdout}${stderr}`.slice(0, 2_000) }];
    const report: Report = JSON.parse(stdout);
    const findings: Finding[] = report.summary.violations.map(({ from, to, rule }) => ({
      rule: rule.name,
      file: from,
      message: `imports ${to}`,
    }));
    const sources = (await filesOfGit(directory, [".ts"])).filter((file) => /^(apps|packages|tools)\//.test(file));
    return [...findings, ...unread(sources, new Set(report.modules.map(({ source }) => source)))];
  },
};
