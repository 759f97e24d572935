/** Colours for a terminal, or nothing. */
export interface Style {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** `NO_COLOR` and a stream that is no terminal switch colours off; `FORCE_COLOR` switches them on where a CI shows them. */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: Readonly<Record<string, string | undefined>>): Style {
  const forced = environment["FORCE_COLOR"];
  const on =
    (environment["NO_COLOR"] ?? "") === "" &&
    (forced !== undefined ? forced !== "0" : stream.isTTY === true && environment["TERM"] !== "dumb" && environment["CI"] === undefined);
  const paint = (code: number) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[${code === 1 || code === 2 ? 22 : 39}m` : text);
  return { dim: paint(2), bold: paint(1), red: paint(31), green: paint(32), yellow: paint(33), cyan: paint(36) };
}
