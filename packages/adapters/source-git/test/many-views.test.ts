import { expect, it } from "vitest";
import { Subject } from "./subject.ts";

it("builds the whole source on an earlier one, however many small views were shown in between", async () => {
  await using subject = new Subject();
  for (let count = 0; count < 300; count += 1) await subject.write(`d/f${count}`, `${count}\n`);
  const first = await subject.source.freeze();
  const whole = await first.materialise("everything", subject.owner);
  expect(whole.lower).toHaveLength(1);
  await whole.release();
  for (const entry of first.entries().slice(0, 10)) await (await first.materialise([entry], subject.owner)).release();

  await subject.write("d/f7", "edited\n");
  const view = await (await subject.source.freeze()).materialise("everything", subject.owner);
  expect(view.lower).toEqual([expect.any(String), whole.lower[0]]);
  await view.release();
});
