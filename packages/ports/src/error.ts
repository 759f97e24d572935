/**
 * Broken surroundings or bad input, for a person: a stable code (`area.what`), one sentence of what and why, and what to do now.
 * Expected outcomes are values, never this. Programmer mistakes stay plain `Error`.
 */
export class FrescoError extends Error {
  override readonly name = "FrescoError";
  readonly code: string;
  readonly hint: string | undefined;
  /** `input`: the user's words, files or pipeline (exit 2). `surroundings`: the machine (exit 125). */
  readonly kind: "input" | "surroundings";

  constructor(
    code: string,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown; readonly kind?: "input" | "surroundings" } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.kind = options.kind ?? "surroundings";
  }
}
