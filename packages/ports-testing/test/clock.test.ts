import { ManualClock } from "@fresco/ports-testing";
import { clockContract } from "@fresco/ports-testing/contracts";

clockContract({
  name: "manual",
  open: () => {
    const clock = new ManualClock();
    return { clock, pass: (ms) => clock.advance(ms) };
  },
});
