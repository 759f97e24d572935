/**
 * The line, the one before it and a caret:
 *
 *     2 | function f() {
 *     3 |   throw new Error("boom");
 *       |         ^
 */
export function excerpt(source: string, line: number, column: number | undefined): string | undefined {
  const lines = source.split(/\r?\n/);
  const at = lines[line - 1];
  if (at === undefined) return undefined;
  const width = String(line).length;
  const before = lines[line - 2];
  const numbered = (number: number, text: string) => `${String(number).padStart(width)} | ${text}`;
  return [
    ...(before === undefined || before.trim() === "" ? [] : [numbered(line - 1, before)]),
    numbered(line, at),
    // Tabs stay tabs, so that the caret stands under its character however wide they are.
    ...(column === undefined ? [] : [`${" ".repeat(width)} | ${at.slice(0, column - 1).replace(/[^\t]/g, " ")}^`]),
  ].join("\n");
}
