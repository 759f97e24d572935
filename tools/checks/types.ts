import path from "node:path";
import { type Check, type Finding, filesOfGit, tool, unread } from "./check.ts";
import { outcomeOf } from "./process.ts";

const line = /^(?<file>[^(\s][^(]*)\((?<position>\d+,\d+)\): error (?<code>TS\d+): (?<message>.*)$/;

/** The compiler, over every TypeScript file and the checked JavaScript. */
export const types: Check = {
  name: "types",
  async run(directory) {
    const { code, stdout } = await outcomeOf(tool("tsc"), ["-p", "tsconfig.json", "--listFiles", "--pretty", "false"], { cwd: directory });
    const lines = stdout.split("\n");
    const findings = lines.flatMap(findingOf);
    if (code !== 0 && findings.length === 0) findings.push({ rule: "tsc", message: stdout.slice(-2_000) });
    const read = new Set(lines.map((each) => path.relative(directory, each)));
    return [...findings, ...unread(await filesOfGit(directory, [".ts"]), read)];
  },
};

function findingOf(text: string): Finding[] {
  const { file, position, code, message } = line.exec(text)?.groups ?? {};
  return code === undefined ? [] : [{ rule: code, file: `${file}:${position?.replace(",", ":")}`, message: message ?? "" }];
}
