import { type Check, type Finding, tool } from "./check.ts";
import { outcomeOf } from "./process.ts";

type Item = { readonly name: string; readonly line?: number };
type Issue = { readonly file: string } & Readonly<Record<string, unknown>>;

/** knip: files, exports and dependencies that nobody uses, and those that are used undeclared. */
export const unused: Check = {
  name: "unused",
  async run(directory) {
    const { code, stdout, stderr } = await outcomeOf(tool("knip"), ["--no-progress", "--reporter", "json"], { cwd: directory });
    if (!stdout.startsWith("{")) return [{ rule: "knip", message: `${stdout}${stderr}`.slice(0, 2_000) }];
    const { issues }: { readonly issues: readonly Issue[] } = JSON.parse(stdout);
    const findings = issues.flatMap(findingsOf);
    return code !== 0 && findings.length === 0 ? [{ rule: "knip", message: stderr || `exit code ${code}` }] : findings;
  },
};

function findingsOf({ file, ...kinds }: Issue): Finding[] {
  return Object.entries(kinds).flatMap(([rule, items]) =>
    Array.isArray(items)
      ? items.filter(isItem).map(({ name, line }) => ({ rule, file: line ? `${file}:${line}` : file, message: name }))
      : [],
  );
}

function isItem(value: unknown): value is Item {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}
