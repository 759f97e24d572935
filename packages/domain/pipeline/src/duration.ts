/**
 * A span of time: a number of milliseconds, or text made of whole numbers with units from large to small:
 * `"90s"`, `"1h30m"`, `"7d"`. Units: `w`, `d`, `h`, `m` (minutes), `s`, `ms`.
 */
export type Duration = number | string;

const UNITS = [
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

const PATTERN = /^(?:(?<w>\d+)w)?(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m(?!s))?(?:(?<s>\d+)s)?(?:(?<ms>\d+)ms)?$/;

/** Whole milliseconds, zero included; `undefined` when it is malformed, negative, broken or too large to be exact. */
export function parseDuration(duration: Duration): number | undefined {
  const milliseconds = typeof duration === "number" ? duration : parseText(duration);
  return milliseconds !== undefined && Number.isSafeInteger(milliseconds) && milliseconds >= 0 ? milliseconds : undefined;
}

/** The shortest text that {@link parseDuration} reads back: `5400000` gives `1h30m`. Broken milliseconds are rounded. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds));
  if (rest === 0) return "0s";
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

function parseText(text: string): number | undefined {
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined || text === "") return undefined;
  return UNITS.reduce((sum, [unit, size]) => sum + Number(groups[unit] ?? 0) * size, 0);
}
