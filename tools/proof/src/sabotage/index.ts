import { contentSabotages } from "./contents.ts";
import { conditionSabotages, keySabotages } from "./keys.ts";
import type { Sabotage } from "./sabotage.ts";

export type { Ports, Sabotage } from "./sabotage.ts";

/** Everything that the comparison must notice. */
export const sabotages: readonly Sabotage[] = [...keySabotages, ...conditionSabotages, ...contentSabotages];
