import type { Check } from "./check.ts";
import { code } from "./code.ts";
import { format } from "./format.ts";
import { layers } from "./layers.ts";
import { packaging } from "./packaging.ts";
import { types } from "./types.ts";
import { unused } from "./unused.ts";

/** Every check of `npm run lint`, the quick ones first. */
export const checks: readonly Check[] = [format, types, code, layers, unused, packaging];
