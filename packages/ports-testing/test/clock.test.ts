import { clockContract, ManualClock } from "@fresco/ports-testing";

clockContract({
  name: "manual",
  open: () => {
    const clock = new ManualClock();
    return { clock, pass: (ms) => clock.advance(ms) };
  },
});
