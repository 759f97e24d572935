import type { Style } from "../output/style.ts";
import type { Finding } from "./finding.ts";

/** Would a run work? */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== "problem");
}

/** The findings for a reader. */
export function renderFindings(findings: readonly Finding[], style: Style): string {
  const signs = { ok: style.green("✓"), note: style.yellow("▲"), problem: style.red("✗") };
  const width = Math.max(...findings.map(({ topic }) => topic.length));
  const lines = findings.flatMap(({ topic, status, text, hint }) => [
    `${signs[status]} ${style.bold(topic.padEnd(width))}  ${text}`,
    ...(hint === undefined ? [] : [`${" ".repeat(width + 4)}hint: ${hint}`]),
  ]);
  const verdict = isWell(findings) ? "A run would work." : "A run would not work: see what is marked ✗.";
  return `${[...lines, verdict].join("\n")}\n`;
}
