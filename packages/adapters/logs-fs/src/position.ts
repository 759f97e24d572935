import type { LogPosition } from "@fresco/ports";
import type { Kind } from "./index-format.ts";

/** How much of a log lies before some point, by kind: bytes of the streams, number of status lines. */
export interface Amounts {
  readonly stdout: number;
  readonly stderr: number;
  readonly status: number;
}

/** A record of the index, and what lies before it. */
export interface RecordStart {
  readonly indexOffset: number;
  readonly rawOffset: number;
  /** Time of the record before. */
  readonly ts: number;
  readonly before: Amounts;
}

/** Where reading goes on: at a record, leaving out what was told already. */
export interface ResumePoint {
  readonly start: RecordStart;
  readonly told: Amounts;
}

export const BEGINNING: ResumePoint = {
  start: { indexOffset: 0, rawOffset: 0, ts: 0, before: { stdout: 0, stderr: 0, status: 0 } },
  told: { stdout: 0, stderr: 0, status: 0 },
};

export function formatPosition(seq: number, { start, told }: ResumePoint): LogPosition {
  const { before } = start;
  return {
    seq,
    state: `${start.indexOffset} ${start.rawOffset} ${start.ts} ${before.stdout} ${before.stderr} ${before.status} ${told.stdout} ${told.stderr} ${told.status}`,
  };
}

/** @throws TypeError for what no log handed out. */
export function parsePosition(position: LogPosition): ResumePoint {
  const numbers = position.state.split(" ").map(Number);
  const [indexOffset, rawOffset, ts, stdout, stderr, status, toldStdout, toldStderr, toldStatus] = numbers;
  const complete = numbers.length === 9 && numbers.every((number) => Number.isSafeInteger(number) && number >= 0);
  if (!complete || indexOffset === undefined || rawOffset === undefined || ts === undefined || stdout === undefined || stderr === undefined)
    throw refused(position);
  if (status === undefined || toldStdout === undefined || toldStderr === undefined || toldStatus === undefined) throw refused(position);
  return {
    start: { indexOffset, rawOffset, ts, before: { stdout, stderr, status } },
    told: { stdout: toldStdout, stderr: toldStderr, status: toldStatus },
  };
}

/** The start of the record after `start`. */
export function after(
  start: RecordStart,
  record: { readonly kind: Kind; readonly ts: number; readonly length: number },
  indexOffset: number,
): RecordStart {
  const { stdout, stderr, status } = start.before;
  const raw = record.kind === "stdout" || record.kind === "stderr" ? record.length : 0;
  return {
    indexOffset,
    rawOffset: start.rawOffset + raw,
    ts: record.ts,
    before: {
      stdout: record.kind === "stdout" ? stdout + record.length : stdout,
      stderr: record.kind === "stderr" ? stderr + record.length : stderr,
      status: record.kind === "status" ? status + 1 : status,
    },
  };
}

function refused(position: LogPosition): TypeError {
  return new TypeError(`not a position in a log: ${JSON.stringify(position.state)}`);
}
