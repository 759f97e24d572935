import { type Peer, tell } from "./peers/peer.ts";

/** One line of the table. */
export interface Figure {
  readonly work: string;
  readonly ours: number;
  readonly unit: "ms" | "MB/s" | "MB" | "ms/step" | "×";
  /** What nothing could be better than, in the same run, with its name. */
  readonly floor: string;
  /** The whole process in ms, where ours is a part of it or a ratio. */
  readonly whole?: number;
  readonly peers?: readonly Peer[];
  /** Absent: nothing to judge it by. */
  readonly target?: number;
  readonly stretch?: number;
}

/** The figures as a table for a terminal and for Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [
    ["work", "ours", "floor, same run", "peers, same run", "target", "verdict"],
    ["---", "---:", "---", "---", "---:", "---"],
    ...figures.map((figure) => [
      figure.work,
      `${digits(figure.ours)} ${figure.unit}${figure.whole === undefined ? "" : ` (${figure.whole.toFixed(0)} ms in all)`}`,
      figure.floor,
      tell(figure.peers ?? []),
      figure.target === undefined
        ? ""
        : `${isRate(figure) ? "≥" : "≤"} ${figure.target}${figure.stretch === undefined ? "" : ` (${figure.stretch})`}`,
      verdict(figure),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`).join("");
}

function verdict(figure: Figure): string {
  const meets = (limit: number): boolean => (isRate(figure) ? figure.ours >= limit : figure.ours <= limit);
  if (figure.target === undefined) return "";
  if (figure.stretch !== undefined && meets(figure.stretch)) return "met, stretch too";
  return meets(figure.target) ? "met" : "missed";
}

function isRate({ unit }: Figure): boolean {
  return unit === "MB/s";
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
