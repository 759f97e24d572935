import { z } from "zod";
import { type Check, type Finding, filesOfGit, tool, unread } from "./check.ts";
import { outcomeOf } from "./process.ts";

const reportSchema = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** dependency-cruiser with the rules of `.dependency-cruiser.js`: which layer may import which, and nothing undeclared. */
export const layers: Check = {
  name: "layers",
  async run(directory) {
    const parameters = ["--config", ".dependency-cruiser.js", "--output-type", "json", "apps", "packages", "tools"];
    const { stdout, stderr } = await outcomeOf(tool("depcruise"), parameters, { cwd: directory });
    if (!stdout.startsWith("{")) return [{ rule: "dependency-cruiser", message: `${stdout}${stderr}`.slice(0, 2_000) }];
    const report = reportSchema.parse(JSON.parse(stdout));
    const findings: Finding[] = report.summary.violations.map(({ from, to, rule }) => ({
      rule: rule.name,
      file: from,
      message: `imports ${to}`,
    }));
    const sources = (await filesOfGit(directory, [".ts"])).filter((file) => /^(apps|packages|tools)\//.test(file));
    return [...findings, ...unread(sources, new Set(report.modules.map(({ source }) => source)))];
  },
};
