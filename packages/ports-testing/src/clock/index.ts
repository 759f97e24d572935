export { clockContract, type ClockSubject } from "./contract.ts";
export { ManualClock } from "./manual-clock.ts";
