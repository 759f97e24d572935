import { Writer } from "./writer.ts";

/** Prints a command's whole result on stdout. */
export async function print(text: string): Promise<void> {
  const out = new Writer(process.stdout);
  await out.write(text);
  await out.flush();
}

/** The same as JSON, indented, for a program or for a reader. */
export function printJson(value: unknown): Promise<void> {
  return print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Columns as wide as they need to be, two spaces apart; the last one as it is. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** An instant for a reader, in local time: `2026-03-01 17:05:09`. */
export function formatInstant(ms: number): string {
  const date = new Date(ms);
  const [year, ...rest] = [
    date.getFullYear(),
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  ].map(twoDigits);
  const [month, day, hour, minute, second] = rest;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
