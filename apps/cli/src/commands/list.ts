import type { IR, IRStep } from "@fresco/pipeline";
import { type CommandOptions, formatOf, formatOption, parseArguments, projectOptions } from "../arguments.ts";
import { beginFreezing } from "../freezing.ts";
import { describePolicy } from "../output/policy.ts";
import { columns, print, printJson } from "../output/print.ts";

export const summary = "list the project's pipelines, their steps and cache policies";
export const usage = "fresco list [options]";
export const options: CommandOptions = { ...projectOptions, ...formatOption };

/** `fresco list`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 0, usage });
  const format = formatOf(parsed, usage);
  const freezing = beginFreezing(parsed.text("dir"));
  const { openProject } = await import("../session.ts");
  await using session = await openProject(freezing, { sandbox: "auto", pull: "never" });
  await (format === "json" ? printJson(session.pipelines.map(facts)) : print(session.pipelines.map(text).join("\n")));
  return 0;
}

function text({ pipeline, steps }: IR): string {
  return `${pipeline}\n${columns(steps.map((step) => [`  ${step.id}`, describePolicy(step.cache), titleOf(step)]))}`;
}

function titleOf({ id, label, command }: IRStep): string {
  const [line = "", ...more] = command.trim().split("\n");
  return label !== undefined && label !== id ? label : `${line}${more.length > 0 ? " …" : ""}`;
}

function facts({ pipeline, steps }: IR): unknown {
  return {
    pipeline,
    steps: steps.map(({ id, label = null, command, parent, after, uses, cache }) => ({ id, label, command, parent, after, uses, cache })),
  };
}
