import type { JobRecord, RunRecord, StoredEvent } from "@fresco/ports";
import { type CommandOptions, formatOf, formatOption, parseArguments, projectOptions } from "../arguments.ts";
import { formatElapsed } from "../output/duration.ts";
import { columns, formatInstant, print, printJson } from "../output/print.ts";
import { projectAround } from "../project.ts";
import { runFacts } from "./runs.ts";

export const summary = "show what became of a run and of each of its steps";
export const usage = "fresco show [RUN] [options]";
export const options: CommandOptions = { ...projectOptions, ...formatOption };

type Notice = Extract<StoredEvent, { readonly type: "notice" }>;

/** `fresco show`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 1, usage });
  const format = formatOf(parsed, usage);
  const project = projectAround(parsed.text("dir") ?? ".");
  const [{ openStore }, { findRun }] = await Promise.all([import("../session.ts"), import("../references.ts")]);
  await using session = await openStore();
  const { runs } = session.store;
  const shown = await findRun(session.store, parsed.positionals[0] ?? "@latest", project);
  const [jobs, events] = await Promise.all([runs.jobs(shown.id), runs.events(shown.id)]);
  const notices = events.filter((event) => event.type === "notice");
  await (format === "json"
    ? printJson({ ...runFacts(shown), jobs: jobs.map(jobFacts), notices: notices.map(noticeFacts) })
    : print(text(shown, jobs, notices)));
  return 0;
}

function text(shown: RunRecord, jobs: readonly JobRecord[], notices: readonly Notice[]): string {
  const { id, pipeline, project, tree, status, startedAt, finishedAt } = shown;
  const facts = columns([
    ["run", id],
    ["pipeline", pipeline],
    ["project", project],
    ["source", tree.slice(0, 12)],
    ["started", formatInstant(startedAt)],
    ["status", `${status}${finishedAt === undefined ? "" : ` in ${formatElapsed(finishedAt - startedAt)}`}`],
  ]);
  const rows = columns(jobs.map((job) => [job.step, job.status, tookOf(job), job.reason?.text ?? ""]));
  const notes = notices.map(
    ({ job, text: words, hint }) => `▲ ${job === undefined ? "" : `${job}: `}${words}\n${hint === undefined ? "" : `  hint: ${hint}\n`}`,
  );
  return `${facts}\n${rows}${notes.length === 0 ? "" : `\n${notes.join("")}`}`;
}

function tookOf({ durationMs, startedAt }: JobRecord): string {
  return startedAt === undefined || durationMs === undefined ? "" : formatElapsed(durationMs);
}

function jobFacts({ step, label, status, exitCode, startedAt, durationMs, reason, key }: JobRecord): unknown {
  return {
    step,
    label: label ?? null,
    status,
    exitCode: exitCode ?? null,
    startedAt: startedAt ?? null,
    durationMs: durationMs ?? null,
    reason: reason ?? null,
    key: key ?? null,
  };
}

function noticeFacts({ ts, code, text: words, job, hint }: Notice): unknown {
  return { ts, code, text: words, job: job ?? null, hint: hint ?? null };
}
