import { z } from "zod";
import type { ChildMessage } from "./messages.ts";

const location = { file: z.string().exactOptional(), line: z.number().exactOptional(), column: z.number().exactOptional() };

/** The child runs files of the project's, so its messages are looked at like any other input. IR is validated apart. */
export const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("loading"), file: z.string() }),
  z.object({ type: z.literal("pipeline"), ir: z.unknown(), ...location }),
  z.object({ type: z.literal("problem"), code: z.string(), message: z.string(), hint: z.string(), ...location }),
  z.object({ type: z.literal("done") }),
]) satisfies z.ZodType<ChildMessage>;
