import { type CommandOptions, formatOf, formatOption, parseArguments, usageError } from "../arguments.ts";
import { print, printJson } from "../output/print.ts";
import { projectAround } from "../project.ts";
import { planningOf, planningOptions } from "./run-options.ts";

export const summary = "say why a step hit or missed the cache, and what would happen now";
export const usage = "fresco explain [RUN:]STEP [options]";
export const options: CommandOptions = { ...planningOptions, ...formatOption };

/** `fresco explain`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 1, usage });
  const [reference] = parsed.positionals;
  if (reference === undefined) throw usageError("usage.argument", "which step?", usage);
  const format = formatOf(parsed, usage);
  const request = planningOf(parsed, usage);
  const project = projectAround(parsed.text("dir") ?? ".");
  const { explainStep } = await import("../explain-step.ts");
  const explained = await explainStep(reference, project, request);
  if (format === "json") await printJson(explained);
  else await print((await import("../output/explanation.ts")).explanation(explained));
  return 0;
}
