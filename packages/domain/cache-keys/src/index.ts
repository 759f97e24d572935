export { describeDifference } from "./describe-difference.ts";
export { explain, type Difference, type FieldValue, type ViewChange, type ViewFile } from "./explain.ts";
export type { KeyFields, ViewEntry, ViewMode } from "./fields.ts";
export { encodeFields, KEY_VERSION, keyOf } from "./key.ts";
export { hiddenSource, mayHideSource, type SourceSight } from "./hidden-source.ts";
export { judge, type Verdict } from "./judge.ts";
export type { LayerEntry, LayerNode } from "./layer-entry.ts";
export { DamagedManifest, decodeManifest, encodeManifest, layerDigest, manifestDigest } from "./manifest.ts";
export { redact } from "./redact.ts";
