import { formatOf, parseArguments } from "../arguments.ts";
import { beginFreezing } from "../freezing.ts";
import { listenForInterrupts } from "../signals.ts";
import { exportsOf, logModeOf, parallelOf, planningOf, RUN_USAGE, runOptions, timeoutOf } from "./run-options.ts";

export const summary = "run a pipeline, or one step and what it needs";
export const usage = RUN_USAGE;
export const options = runOptions;

/** `fresco run`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, runOptions, { max: 1, usage });
  if (parsed.flag("dry-run")) {
    const { plan } = await import("./plan.ts");
    return plan(parsed, usage);
  }
  const beganAt = Date.now();
  const request = {
    ...planningOf(parsed, usage),
    parallel: parallelOf(parsed.text("parallel"), usage),
    keepGoing: parsed.flag("keep-going"),
    timeout: timeoutOf(parsed.text("timeout"), usage),
    exports: exportsOf(parsed, usage),
    force: parsed.flag("force"),
    format: formatOf(parsed, usage),
    logs: logModeOf(parsed.text("logs"), usage),
    beganAt,
  };
  // Before anything is opened: an interrupt that comes early must not leave anything either.
  const interrupts = listenForInterrupts();
  try {
    // git looks at the working directory while the rest of the program is being loaded.
    const freezing = beginFreezing(parsed.text("dir"));
    const { runPipeline } = await import("../run-pipeline.ts");
    return await runPipeline(freezing, request, interrupts);
  } finally {
    interrupts.dispose();
  }
}
