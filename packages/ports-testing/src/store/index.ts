export { storeContract } from "./contract.ts";
export { leaveBehind, type LeftBehind } from "./leave-behind.ts";
export { MemoryStore } from "./memory-store.ts";
export { someFields } from "./samples.ts";
export type { StoreSubject } from "./subject.ts";
