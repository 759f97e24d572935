export type { KeyFields, ViewEntry, ViewMode } from "./fields.ts";
export type { LayerEntry, LayerNode } from "./layer-entry.ts";
