import { type CommandOptions, formatOf, formatOption, parseArguments, projectOptions, usageError } from "../arguments.ts";
import { projectAround } from "../project.ts";

export const summary = "print the output of a step";
export const usage = "fresco logs [RUN:]STEP [options]";
export const options: CommandOptions = {
  ...projectOptions,
  follow: { type: "boolean", short: "f", help: "go on until the step has ended" },
  format: { ...formatOption["format"], type: "string", help: "the bytes as they came, or one JSON record a line" },
};

/** `fresco logs`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 1, usage });
  const [reference] = parsed.positionals;
  if (reference === undefined) throw usageError("usage.argument", "which step?", usage);
  const format = formatOf(parsed, usage);
  const project = projectAround(parsed.text("dir") ?? ".");
  const [{ openStore }, { findRunStep }, { printLog }] = await Promise.all([
    import("../session.ts"),
    import("../references.ts"),
    import("../output/step-log.ts"),
  ]);
  await using session = await openStore();
  await printLog(session, await findRunStep(session.store, reference, project), { format, follow: parsed.flag("follow") });
  return 0;
}
