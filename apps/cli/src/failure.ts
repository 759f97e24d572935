import { FrescoError } from "@fresco/ports";

/** The exit code for what was thrown: 2 for the user's input, 125 for the surroundings, 70 for a defect of ours. */
export function exitCodeOf(thrown: unknown): number {
  const error = first(thrown);
  if (error instanceof FrescoError) return error.kind === "input" ? 2 : 125;
  return 70;
}

/** Where giving things up failed too, what came before that. */
function first(error: unknown): unknown {
  return error instanceof SuppressedError ? first(error.suppressed) : error;
}

/** What was thrown, in the form that all errors have: `error[code]: what and why`, `hint: what now`. */
export function describeError(thrown: unknown): string {
  const error = first(thrown);
  if (error instanceof FrescoError) {
    const cause = error.cause instanceof Error && !error.message.includes(error.cause.message) ? `\n  because: ${error.cause.message}` : "";
    const hint = error.hint === undefined ? "" : `\nhint: ${error.hint}`;
    return `error[${error.code}]: ${error.message}${cause}${hint}`;
  }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error[internal]: this is a defect of fresco, please report it\n${details}`;
}
