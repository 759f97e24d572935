import type { LogRecord, Logs } from "@fresco/ports";

/** The text of a record's line; bytes that are not UTF-8 are shown as U+FFFD. */
function recordText({ data }: LogRecord): string {
  return "line" in data ? data.line : Buffer.from(data.bytes, "base64").toString("utf8");
}

/** All lines of a log of a job that has ended. */
export async function* logLines(logs: Logs, log: string): AsyncGenerator<string> {
  for await (const record of logs.read(log, undefined, { ended: true })) if (record.kind !== "status") yield recordText(record);
}

/** The last lines of a log of a job that has ended. */
export async function logTail(logs: Logs, log: string, count: number): Promise<readonly string[]> {
  const kept: string[] = [];
  for await (const line of logLines(logs, log)) {
    kept.push(line);
    if (kept.length > count) kept.shift();
  }
  return kept;
}
