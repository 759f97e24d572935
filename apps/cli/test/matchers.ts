import { expect } from "vitest";

// Vitest types these as `any`, which would spread into every object that holds one.

export const someText: unknown = expect.any(String);
export const someNumber: unknown = expect.any(Number);

export function textWith(part: string): unknown {
  return expect.stringContaining(part);
}

export function textWithout(part: string): unknown {
  return expect.not.stringContaining(part);
}

export function textLike(pattern: string): unknown {
  return expect.stringMatching(pattern);
}
