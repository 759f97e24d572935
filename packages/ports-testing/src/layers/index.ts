export { layersContract } from "./contract.ts";
export { PlainLayers } from "./plain-layers.ts";
