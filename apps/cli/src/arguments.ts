import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { FrescoError } from "@fresco/ports";

/** What a command takes, for parsing and for its help. */
export interface CommandOptions {
  readonly [name: string]: OptionSpec;
}

export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: true;
  /** The value's name in the help. */
  readonly value?: string;
  readonly help: string;
}

export interface ParsedArguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
}

/** Options that every command about a project takes. */
export const projectOptions: CommandOptions = {
  dir: { type: "string", short: "C", value: "DIR", help: "look for the project from DIR upwards instead of the working directory" },
};

/** Of every command whose result a program may want to read. */
export const formatOption: CommandOptions = { format: { type: "string", value: "human|json", help: "for a person, or for a program" } };

/** @throws FrescoError `usage.*` for options that the command does not have and for too many arguments. */
export function parseArguments(
  argv: readonly string[],
  options: CommandOptions,
  positionals: { readonly max: number; readonly usage: string },
): ParsedArguments {
  const config: ParseArgsOptionsConfig = {};
  for (const [name, { type, short, multiple }] of Object.entries(options)) {
    config[name] = { type, ...(short === undefined ? {} : { short }), ...(multiple === true ? { multiple } : {}) };
  }
  const parsed = parse(argv, config, positionals.usage);
  const extra = parsed.positionals[positionals.max];
  if (extra !== undefined) throw usageError("usage.argument", `unexpected argument "${extra}"`, positionals.usage);
  const values = new Map<string, unknown>(Object.entries(parsed.values));
  return {
    positionals: parsed.positionals,
    flag: (name) => values.get(name) === true,
    text: (name) => {
      const value = values.get(name);
      return typeof value === "string" ? value : undefined;
    },
    texts: (name) => {
      const value = values.get(name);
      return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
    },
  };
}

/** What `--format` says. @throws FrescoError `usage.format`. */
export function formatOf(parsed: ParsedArguments, usage: string): "human" | "json" {
  return oneOf(parsed.text("format") ?? "human", ["human", "json"], "format", usage);
}

/** The text as one of these. @throws FrescoError `usage.<option>`. */
export function oneOf<const T extends string>(text: string, allowed: readonly T[], option: string, usage: string): T {
  const found = allowed.find((name) => name === text);
  if (found === undefined) throw usageError(`usage.${option}`, `--${option} ${text} is none of ${allowed.join(", ")}`, usage);
  return found;
}

/** A mistake in what the user typed. */
export function usageError(code: string, message: string, usage: string): FrescoError {
  return new FrescoError(code, message, { kind: "input", hint: `usage: ${usage}` });
}

function parse(argv: readonly string[], options: ParseArgsOptionsConfig, usage: string): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
      throw usageError("usage.option", error.message.split(". ")[0] ?? error.message, usage);
    }
    throw error;
  }
}
