import fc from "fast-check";
import { expect, it } from "vitest";
import type { LogRecord } from "@fresco/ports";
import { temporaryLogs } from "./directory.ts";

const stream = fc.constantFrom("stdout" as const, "stderr" as const);
const content = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("\n", "\n\n", "\r\n", "–", "a\nb", "x".repeat(65_535), "y".repeat(65_536), `${"z".repeat(65_535)}–`),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);
const chunks = fc.array(fc.tuple(stream, content, fc.constantFrom("utf8" as const, "latin1" as const)), { maxLength: 30 });

it("lines do not depend on how the output was cut into chunks, nor on where reading stopped in between", async () => {
  await using subject = await temporaryLogs();
  const { logs } = subject;
  let number = 0;
  await fc.assert(
    fc.asyncProperty(chunks, fc.integer({ min: 1, max: 5 }), async (written, every) => {
      const id = `log-${(number += 1)}`;
      const log = await logs.create(id);
      const told: LogRecord[] = [];
      const readOn = async (): Promise<void> => {
        for await (const record of logs.read(id, told.at(-1)?.next)) told.push(record);
      };
      for (const [index, [kind, text, encoding]] of written.entries()) {
        await log.write(kind, Buffer.from(text, encoding));
        if (index % every !== 0) continue;
        await log.flush();
        await readOn();
      }
      await log.close();
      await readOn();
      expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index));
      for (const kind of ["stdout", "stderr"] as const) {
        const bytes = Buffer.concat(written.filter(([of]) => of === kind).map(([, text, encoding]) => Buffer.from(text, encoding)));
        expect(joined(told.filter((record) => record.kind === kind))).toEqual(split(bytes));
      }
      await logs.remove(id);
    }),
    { numRuns: 150 },
  );
});

/** The naive model: lines as latin1. */
function split(bytes: Buffer): string[] {
  const lines = bytes.toString("latin1").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** Parts put together again. */
function joined(records: readonly LogRecord[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const { data, partial } of records) {
    const bytes = "line" in data ? Buffer.from(data.line) : Buffer.from(data.bytes, "base64");
    expect(bytes.length).toBeLessThanOrEqual(65_536);
    line += bytes.toString("latin1");
    if (partial) continue;
    lines.push(line);
    line = "";
  }
  return lines;
}
