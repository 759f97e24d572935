import { z } from "zod";
import { type Check, type Finding, tool } from "./check.ts";
import { outcomeOf } from "./process.ts";

const itemSchema = z.object({ name: z.string(), line: z.number().optional() });
/** A file with lists of what is wrong, by kind. */
const issueSchema = z.object({ file: z.string() }).catchall(z.array(itemSchema).catch([]));
const reportSchema = z.object({ issues: z.array(issueSchema) });

/** knip: files, exports and dependencies that nobody uses, and those that are used undeclared. */
export const unused: Check = {
  name: "unused",
  async run(directory) {
    const { code, stdout, stderr } = await outcomeOf(tool("knip"), ["--no-progress", "--reporter", "json"], { cwd: directory });
    if (!stdout.startsWith("{")) return [{ rule: "knip", message: `${stdout}${stderr}`.slice(0, 2_000) }];
    const { issues } = reportSchema.parse(JSON.parse(stdout));
    const findings = issues.flatMap(findingsOf);
    return code !== 0 && findings.length === 0 ? [{ rule: "knip", message: stderr || `exit code ${code}` }] : findings;
  },
};

function findingsOf({ file, ...kinds }: z.infer<typeof issueSchema>): Finding[] {
  return Object.entries(kinds).flatMap(([rule, items]) =>
    items.map(({ name, line }) => ({ rule, file: line === undefined ? file : `${file}:${line}`, message: name })),
  );
}
