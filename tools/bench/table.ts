/** One line of the table. */
export interface Figure {
  readonly work: string;
  readonly ours: number;
  readonly unit: "ms" | "MB/s" | "MB" | "ms/step" | "×";
  /** What nothing could be better than, in the same run, with its name. */
  readonly floor: string;
  /** Others' figures in the same run, or why there are none. */
  readonly peer?: string;
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
      `${digits(figure.ours)} ${figure.unit}`,
      figure.floor,
      figure.peer ?? "",
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
