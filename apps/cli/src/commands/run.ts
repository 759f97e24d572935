import { parseArguments } from "../arguments.ts";
import { beginFreezing } from "../freezing.ts";
import { listenForInterrupts } from "../signals.ts";
import { environmentOf, exportsOf, formatOf, logModeOf, parallelOf, RUN_USAGE, runOptions, sandboxOf, secretsOf, timeoutOf } from "./run-options.ts";

export const summary = "run a pipeline, or one step and what it needs";
export const usage = RUN_USAGE;
export const options = runOptions;

/** `fresco run`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, runOptions, { max: 1, usage });
  if (parsed.flag("dry-run")) {
    const { plan } = await import("./plan.ts");
    return plan(parsed);
  }
  const beganAt = Date.now();
  const request = {
    name: parsed.positionals[0],
    only: parsed.texts("only"),
    from: parsed.text("from"),
    env: environmentOf(parsed, usage),
    secrets: secretsOf(parsed, process.env, usage),
    parallel: parallelOf(parsed.text("parallel"), usage),
    keepGoing: parsed.flag("keep-going"),
    readCache: !parsed.flag("no-cache"),
    timeout: timeoutOf(parsed.text("timeout"), usage),
    exports: exportsOf(parsed, usage),
    force: parsed.flag("force"),
    format: formatOf(parsed.text("format"), usage),
    logs: logModeOf(parsed.text("logs"), usage),
    sandbox: sandboxOf(parsed.text("sandbox"), usage),
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
