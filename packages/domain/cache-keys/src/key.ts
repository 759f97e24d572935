import { createHash } from "node:crypto";
import { list, nullable, number, record, requireSorted, text } from "./document.ts";
import type { KeyFields, ViewEntry } from "./fields.ts";

/** The first thing in every key: with another encoding, or another meaning of a field, no old key is ever met again. */
export const KEY_VERSION = 1;

/**
 * A step's cache key: SHA-256 over {@link encodeFields}, 64 hex digits.
 *
 * @throws Error when the view is not strictly sorted by path (a mistake in the program, never in the input).
 */
export function keyOf(fields: KeyFields): string {
  const document = encodeFields(fields);
  // UTF-8 folds lone surrogates into U+FFFD, which would give different fields one key; the first bytes tell the two encodings apart.
  return createHash("sha256")
    .update(document, /\p{Surrogate}/u.test(document) ? "utf16le" : "utf8")
    .digest("hex");
}

/** The canonical text of the fields. Distinct fields give distinct texts; the order in which variables were set does not count. */
export function encodeFields(fields: KeyFields): string {
  requireSorted(fields.view, "a view");
  return `fresco key ${KEY_VERSION}\n${ENCODERS.map((encode) => encode(fields)).join("\n")}`;
}

/** One part for each field, so that a field without its part does not compile. */
const PARTS: { readonly [Field in keyof KeyFields]: (value: KeyFields[Field]) => string } = {
  sandbox: ({ kind, capabilities, workspace }) => text(kind) + list(capabilities, text) + text(workspace),
  base: text,
  layers: ({ system, workspace }) => list(system, text) + list(workspace, text),
  command: text,
  shell: (words) => list(words, text),
  cwd: text,
  env: record,
  secrets: record,
  outputs: (globs) => nullable(globs, (some) => list(some, text)),
  options: ({ user, network, mounts, resources }) =>
    nullable(user, text) +
    nullable(network, text) +
    list(mounts, text) +
    nullable(resources.cpus, number) +
    nullable(resources.memory, number),
  values: (values) => list(values, text),
  inherited: record,
  view: (entries) => list(entries, viewEntry),
};

const ENCODERS = Object.keys(PARTS).filter(isField).map(encoderOf);

function encoderOf<Field extends keyof KeyFields>(field: Field): (fields: KeyFields) => string {
  return (fields) => field + PARTS[field](fields[field]);
}

function isField(name: string): name is keyof KeyFields {
  return name in PARTS;
}

function viewEntry({ path, mode, object }: ViewEntry): string {
  return text(path) + mode + text(object);
}
