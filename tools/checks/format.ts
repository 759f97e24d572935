import { type Check, tool } from "./check.ts";
import { outcomeOf } from "./process.ts";

/** Biome's formatter; `npm run format` writes what it wants. */
export const format: Check = {
  name: "format",
  async run(directory) {
    const parameters = ["format", "--reporter=summary", "--max-diagnostics=none", "--colors=off", "."];
    const { code, stdout, stderr } = await outcomeOf(tool("biome"), parameters, { cwd: directory });
    if (code === 0) return [];
    return [{ rule: "biome", message: `run \`npm run format\`\n${stdout}${stderr}`.slice(0, 4_000) }];
  },
};
