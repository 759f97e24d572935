import type { IRStep } from "@fresco/pipeline";
import type { LogWriter } from "@fresco/ports";
import type { JobContext } from "./job.ts";
import { workspacePathOf } from "./lookup.ts";
import { unseenMentions } from "./unseen.ts";

/** How much of a failed step's output is searched, in bytes. */
const SEARCHED_OUTPUT = 256 * 1024;

/** Says what the failed step's output does not: which source file its view lacks (law 1), and what the sandbox knows about it. */
export async function explainFailure(step: IRStep, exitCode: number | null, log: LogWriter, context: JobContext): Promise<void> {
  const { ports, notice } = context;
  await log.flush();
  const output = await tail(ports.logs.bytes(log.id), SEARCHED_OUTPUT);
  for (const path of unseenBy(step, output, context)) {
    notice({
      code: "view.unseen",
      job: step.id,
      text: `its output mentions ${path}, which the source has and the step's cache policy does not show it`,
      hint: `let it in with cache: onChange("${path}", …), or leave the policy out`,
    });
  }
  const known = exitCode === null ? undefined : context.bases.sandboxOf(step).explain?.(exitCode, Buffer.from(output).toString("utf8"));
  if (known !== undefined) notice({ code: "sandbox.explanation", job: step.id, text: known });
}

function unseenBy(step: IRStep, output: Uint8Array, context: JobContext): readonly string[] {
  const { views, source, bases } = context;
  const view = views.get(step.id);
  if (view === undefined || view.type === "everything") return [];
  const seen = new Set(view.entries.map(({ path }) => path));
  return unseenMentions(output, source, (path) => seen.has(path), workspacePathOf(bases.capabilitiesOf(step), context), 3);
}

async function tail(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  let kept = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const all = Buffer.concat([kept, chunk]);
    kept = all.subarray(Math.max(0, all.length - limit));
  }
  return kept;
}
