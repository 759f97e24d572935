import { type CommandOptions, parseArguments, projectOptions } from "../arguments.ts";
import { beginFreezing } from "../freezing.ts";
import { printJson } from "../output/print.ts";

export const summary = "print a pipeline's IR, the versioned JSON that everything else works on";
export const usage = "fresco render [PIPELINE] [options]";
export const options: CommandOptions = projectOptions;

/** `fresco render`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 1, usage });
  const freezing = beginFreezing(parsed.text("dir"));
  const [{ openProject }, { pickPipeline }] = await Promise.all([import("../session.ts"), import("../pick.ts")]);
  await using session = await openProject(freezing, { sandbox: "auto", pull: "never" });
  await printJson(pickPipeline(session.pipelines, parsed.positionals[0]).ir);
  return 0;
}
