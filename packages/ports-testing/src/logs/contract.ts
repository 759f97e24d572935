import type { LogPosition, LogRecord, Logs } from "@fresco/ports";
import { describe, expect, it } from "vitest";

const KIB_64 = 64 * 1024;

/** What every implementation of {@link Logs} keeps. Registered in a test file: `logsContract({ name, open })`. */
export function logsContract(options: {
  readonly name: string;
  /** Fresh logs for each case. */
  readonly open: () => Promise<{ readonly logs: Logs } & AsyncDisposable>;
  /** Title → reason. */
  readonly unsupported?: Partial<Record<keyof typeof cases, string>>;
}): void {
  const unsupported: Readonly<Record<string, string | undefined>> = options.unsupported ?? {};
  describe(`Logs contract: ${options.name}`, () => {
    for (const [title, run] of Object.entries(cases)) {
      it(title, async (t) => {
        const reason = unsupported[title];
        t.skip(reason !== undefined, reason);
        await using subject = await options.open();
        await run(subject.logs);
      });
    }
  });
}

const cases = {
  "a missing log has no records and no bytes": async (logs: Logs) => {
    expect(await collect(logs, "none")).toEqual([]);
    expect(await bytes(logs, "none")).toBe("");
  },

  "lines of both streams and status lines come in the order in which they were completed, numbered from 0": async (logs: Logs) => {
    const log = await logs.create("a");
    void log.write("stdout", Buffer.from("one\nt"));
    void log.write("stderr", Buffer.from("warning\n"));
    log.status("still going");
    void log.write("stdout", Buffer.from("wo\n"));
    await log.close();
    const records = await collect(logs, "a");
    expect(records.map(short)).toEqual(["stdout one", "stderr warning", "status still going", "stdout two"]);
    expect(records.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(records.every(({ ts }) => ts > 0)).toBe(true);
  },

  "empty lines and carriage returns are kept": async (logs: Logs) => {
    await write(logs, "a", "\n\nwindows\r\n");
    expect((await collect(logs, "a")).map(short)).toEqual(["stdout ", "stdout ", "stdout windows\r"]);
  },

  "a last line without a line end is told once the log is closed": async (logs: Logs) => {
    const log = await logs.create("a");
    void log.write("stdout", Buffer.from("whole\nhal"));
    await log.flush();
    expect((await collect(logs, "a")).map(short)).toEqual(["stdout whole"]);
    void log.write("stdout", Buffer.from("f"));
    await log.close();
    expect((await collect(logs, "a")).map(short)).toEqual(["stdout whole", "stdout half"]);
  },

  "a last line without a line end is told when the attempt is over, whoever closed the log": async (logs: Logs) => {
    const log = await logs.create("a");
    void log.write("stderr", Buffer.from("last words"));
    await log.flush();
    const records: LogRecord[] = [];
    for await (const record of logs.read("a", undefined, { ended: true })) records.push(record);
    expect(records.map(short)).toEqual(["stderr last words"]);
    await log.close();
  },

  "chunks hold whole lines, of one stream each, and reading goes on after any of them": async (logs: Logs) => {
    const log = await logs.create("a");
    const long = "x".repeat(3 * KIB_64);
    for (let round = 0; round < 12; round += 1) {
      void log.write("stdout", Buffer.from(`${round}\n`.repeat(5)));
      void log.write("stderr", Buffer.from(`w${round}`));
      void log.write("stdout", Buffer.from(round === 7 ? long : "begun "));
      await log.flush();
      void log.write("stderr", Buffer.from(" warning\n"));
    }
    await log.close();
    const said = { stdout: "", stderr: "", status: "" };
    let from: LogPosition | undefined;
    for (let more = true; more; ) {
      more = false;
      for await (const { kind, data, partial, next } of logs.chunks("a", from)) {
        const text = Buffer.from(data).toString();
        said[kind] += text.endsWith("\n") || partial ? text : `${text}\n`;
        from = next;
        more = true;
        break;
      }
    }
    const lines = { stdout: "", stderr: "" };
    for (const { kind, data, partial } of await collect(logs, "a")) {
      if (kind !== "status" && "line" in data) lines[kind] += `${data.line}${partial ? "" : "\n"}`;
    }
    expect(said).toEqual({ ...lines, status: "" });
  },

  "a line that is not UTF-8 is told as base64": async (logs: Logs) => {
    const log = await logs.create("a");
    void log.write("stdout", Buffer.from([0xff, 0x00, 0x41, 0x0a]));
    await log.close();
    expect((await collect(logs, "a")).map(({ data }) => data)).toEqual([{ bytes: "/wBB" }]);
  },

  "a character that was cut by a chunk is whole again": async (logs: Logs) => {
    const log = await logs.create("a");
    for (const byte of Buffer.from("naïve – ≡\n")) void log.write("stdout", Buffer.from([byte]));
    await log.close();
    expect((await collect(logs, "a")).map(short)).toEqual(["stdout naïve – ≡"]);
  },

  "a line of 64 KiB is one record, a longer one comes in parts": async (logs: Logs) => {
    await write(logs, "a", `${"x".repeat(KIB_64)}\n${"y".repeat(KIB_64 * 2 + 1)}\n`);
    const records = await collect(logs, "a");
    expect(records.map(({ data, partial }) => ["line" in data ? data.line.length : 0, partial])).toEqual([
      [KIB_64, false],
      [KIB_64, true],
      [KIB_64, true],
      [1, false],
    ]);
  },

  "the parts of a long line cut no character": async (logs: Logs) => {
    const line = `x${"–".repeat(KIB_64)}`;
    await write(logs, "a", `${line}\n`);
    const records = await collect(logs, "a");
    expect(records.map(({ data }) => ("line" in data ? data.line : "?")).join("")).toBe(line);
  },

  "reading goes on at every position that was handed out": async (logs: Logs) => {
    const log = await logs.create("a");
    for (let i = 0; i < 20; i += 1) {
      void log.write("stdout", Buffer.from(`out ${i}\nunfin`));
      void log.write("stderr", Buffer.from(i % 3 === 0 ? `err ${i}\n` : "…"));
      if (i % 5 === 0) log.status(`status ${i}`);
      void log.write("stdout", Buffer.from("ished\n"));
    }
    void log.write("stdout", Buffer.from(`${"z".repeat(KIB_64 - 1)}–${"z".repeat(9)}`));
    await log.close();
    const all = await collect(logs, "a");
    expect(all.length).toBeGreaterThan(50);
    for (const { next, seq } of all) expect((await collect(logs, "a", next)).map(full)).toEqual(all.slice(seq + 1).map(full));
  },

  "a follower gets each record once, while the log grows": async (logs: Logs) => {
    const log = await logs.create("a");
    const seen: string[] = [];
    let position: LogPosition | undefined;
    for (const chunk of ["a\nb", "b\nc", "c", "c\n", "d"]) {
      void log.write("stdout", Buffer.from(chunk));
      await log.flush();
      for await (const record of logs.read("a", position)) {
        seen.push(short(record));
        position = record.next;
      }
    }
    await log.close();
    seen.push(...(await collect(logs, "a", position)).map(short));
    expect(seen).toEqual(["stdout a", "stdout bb", "stdout ccc", "stdout d"]);
  },

  "the bytes of both streams come as they were written, without status lines": async (logs: Logs) => {
    const log = await logs.create("a");
    void log.write("stdout", Buffer.from("one"));
    log.status("not the step's");
    void log.write("stderr", Buffer.from("\r\0two"));
    await log.close({ durable: true });
    expect(await bytes(logs, "a")).toBe("one\r\0two");
  },

  "a chunk may be used again after it was written": async (logs: Logs) => {
    const log = await logs.create("a");
    const chunk = Buffer.from("mine\n");
    void log.write("stdout", chunk);
    chunk.fill("!");
    await log.close();
    expect(await bytes(logs, "a")).toBe("mine\n");
  },

  "a name is not given twice": async (logs: Logs) => {
    await write(logs, "a", "first\n");
    await expect(logs.create("a")).rejects.toMatchObject({ code: "logs.taken" });
    expect(await bytes(logs, "a")).toBe("first\n");
  },

  "a removed log is missing, and removing a missing one is fine": async (logs: Logs) => {
    await write(logs, "a", "gone\n");
    await logs.remove("a");
    await logs.remove("a");
    expect(await collect(logs, "a")).toEqual([]);
  },

  "a closed log can be closed again": async (logs: Logs) => {
    const log = await logs.create("a");
    await log.close();
    await log.close();
  },
};

async function write(logs: Logs, id: string, text: string): Promise<void> {
  const log = await logs.create(id);
  await log.write("stdout", Buffer.from(text));
  await log.close();
}

async function collect(logs: Logs, id: string, from?: LogPosition): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of logs.read(id, from)) records.push(record);
  return records;
}

async function bytes(logs: Logs, id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of logs.bytes(id)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

function short({ kind, data }: LogRecord): string {
  return `${kind} ${"line" in data ? data.line : data.bytes}`;
}

function full({ seq, ts, kind, data, partial }: LogRecord): unknown {
  return { seq, ts, kind, data, partial };
}
