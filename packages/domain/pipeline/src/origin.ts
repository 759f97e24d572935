// Kept beside the values and not in them: where something was written is no part of what it is.
const origins = new WeakMap<object, Error>();

/** Remembers where in the author's file `value` is being made. The trace is only formatted when somebody asks for it. */
export function rememberOrigin(value: object): void {
  origins.set(value, new Error("origin"));
}

/** The stack trace of the place where `value` was made. */
export function originOf(value: object): string | undefined {
  return origins.get(value)?.stack;
}
