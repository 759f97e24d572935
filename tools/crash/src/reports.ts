/** What was found wrong. What is left stays left: it is told once, where it came up. */
export class Reports {
  readonly wrong: string[] = [];
  readonly #tell: ((line: string) => void) | undefined;
  readonly #seen = new Set<string>();

  constructor(tell: ((line: string) => void) | undefined) {
    this.#tell = tell;
  }

  add(where: string, lines: readonly string[]): void {
    const news = lines.filter((line) => !this.#seen.has(line));
    for (const line of news) this.#seen.add(line);
    this.wrong.push(...news.map((line) => `${where}: ${line}`));
    for (const line of news.length === 0 ? ["as it should be"] : news) this.#tell?.(`${where}: ${line}`);
  }
}
