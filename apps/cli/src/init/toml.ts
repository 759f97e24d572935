/**
 * The little of TOML that recognising a project needs: tables and their top-level values as raw text. Not a parser: what it does not
 * understand it leaves out.
 */
export interface TomlScan {
  hasTable(name: string): boolean;
  /** The raw value of a key, which may go over several lines in brackets; strings keep their quotes. */
  value(table: string, key: string): string | undefined;
}

/** Scans a TOML file. */
export function scanToml(text: string): TomlScan {
  const tables = new Map<string, string[]>([["", []]]);
  let lines = tables.get("") ?? [];
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[{1,2}([^[\]]+)\]{1,2}\s*(?:#.*)?$/.exec(line)?.[1];
    if (name === undefined) {
      lines.push(line);
      continue;
    }
    const plain = name.replaceAll(/["'\s]/g, "");
    lines = tables.get(plain) ?? [];
    tables.set(plain, lines);
  }
  return {
    hasTable: (name) => tables.has(name) || [...tables.keys()].some((table) => table.startsWith(`${name}.`)),
    value: (table, key) => valueOf(tables.get(table) ?? [], key),
  };
}

function valueOf(lines: readonly string[], key: string): string | undefined {
  const at = lines.findIndex((line) => new RegExp(`^\\s*"?${key}"?\\s*=`).test(line));
  if (at < 0) return undefined;
  const first = (lines[at] ?? "").replace(/^[^=]*=/, "").trim();
  if (!first.startsWith("[")) return first;
  const value: string[] = [];
  for (const line of [first, ...lines.slice(at + 1)]) {
    value.push(line);
    if (/\]\s*(?:#.*)?$/.test(line)) break;
  }
  return value.join("\n");
}

/** The strings in a raw value: of a list its elements, of a string itself. */
export function stringsIn(value: string | undefined): readonly string[] {
  const uncommented = (value ?? "").replaceAll(/^\s*#.*$/gm, "");
  return [...uncommented.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map((match) => match[1] ?? match[2] ?? "");
}
