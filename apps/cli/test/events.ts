import { z } from "zod";
import type { Outcome } from "./harness.ts";

const eventSchema = z.looseObject({
  v: z.literal(1),
  seq: z.number().int(),
  ts: z.number().int(),
  type: z.enum(["run.started", "job.queued", "job.started", "job.log", "job.cancelling", "job.finished", "notice", "run.finished"]),
  run: z.string(),
  job: z.string().optional(),
  status: z.string().optional(),
  exitCode: z.number().int().nullable().optional(),
  line: z.string().optional(),
  bytes: z.string().optional(),
  partial: z.literal(true).optional(),
  text: z.string().optional(),
  code: z.string().optional(),
  reason: z.looseObject({ type: z.string(), text: z.string() }).optional(),
});

export type JsonEvent = z.infer<typeof eventSchema>;

/** The events of `--format json`. @throws when a line is none. */
export function eventsOf({ stdout }: Pick<Outcome, "stdout">): readonly JsonEvent[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => eventSchema.parse(JSON.parse(line)));
}

/** How each job ended, by its step's id. */
export function statuses(outcome: Pick<Outcome, "stdout">): Readonly<Record<string, string>> {
  const ended = eventsOf(outcome).filter(({ type }) => type === "job.finished");
  return Object.fromEntries(ended.map(({ job = "", status = "" }) => [job, status]));
}

/** What a job printed, line by line. */
export function linesOf(outcome: Pick<Outcome, "stdout">, job: string): readonly string[] {
  return eventsOf(outcome).flatMap((event) =>
    event.type === "job.log" && event.job === job && event.line !== undefined ? [event.line] : [],
  );
}
