import { readFileSync } from "node:fs";

/** What a base remembers about its making. */
export interface BaseFacts {
  /** {@link Surroundings.key} */
  readonly surroundings: string;
  /** The working tree that git sees: the project's root, or the repository's around it. */
  readonly top: string;
  /** Where the project lies below it: "" or a byte path that ends in "/". */
  readonly prefix: string;
  /** The user's repository; `null` where there is none, or where it ignores the project. */
  readonly gitDirectory: string | null;
  /** Object directories of the user's that hold what is not in Fresco's own store yet. */
  readonly borrowed: readonly string[];
  /** Configuration files of the user to their stamps when the base was made. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** `undefined`: missing, or cut short by a crash. */
export function readFacts(file: string): BaseFacts | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isFacts(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFacts(value: unknown): value is BaseFacts {
  return (
    isRecord(value) &&
    isText(value["surroundings"]) &&
    isText(value["top"]) &&
    isText(value["prefix"]) &&
    (value["gitDirectory"] === null || isText(value["gitDirectory"])) &&
    Array.isArray(value["borrowed"]) &&
    value["borrowed"].every(isText) &&
    isRecord(value["configuration"]) &&
    Object.values(value["configuration"]).every(isText)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
