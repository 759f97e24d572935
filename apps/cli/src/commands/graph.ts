import { type CommandOptions, oneOf, parseArguments, projectOptions } from "../arguments.ts";
import { beginFreezing } from "../freezing.ts";
import { print } from "../output/print.ts";

const FORMATS = ["text", "dot", "mermaid", "json"] as const;

export const summary = "draw a pipeline: what stands on what, and what waits for what";
export const usage = "fresco graph [PIPELINE] [options]";
export const options: CommandOptions = {
  ...projectOptions,
  format: { type: "string", value: FORMATS.join("|"), help: "for a terminal, for Graphviz, for Mermaid, or for a program" },
};

/** `fresco graph`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 1, usage });
  const format = oneOf(parsed.text("format") ?? "text", FORMATS, "format", usage);
  const freezing = beginFreezing(parsed.text("dir"));
  const [{ openProject }, { pickPipeline }, { GRAPH_FORMATS, graphOf }] = await Promise.all([
    import("../session.ts"),
    import("../pick.ts"),
    import("../output/graph.ts"),
  ]);
  await using session = await openProject(freezing, { sandbox: "auto", pull: "never" });
  await print(GRAPH_FORMATS[format](graphOf(pickPipeline(session.pipelines, parsed.positionals[0]).ir)));
  return 0;
}
