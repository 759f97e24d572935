import type { ParsedArguments } from "../arguments.ts";

export async function plan(_parsed: ParsedArguments): Promise<number> {
  throw new Error("later");
}
