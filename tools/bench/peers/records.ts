import { z } from "zod";

const Records = z.array(z.object({ ID: z.string(), Parent: z.string(), Description: z.string() }));

/** The ids of a builder's records whose command has the tag, and of all that these stand on or that stand on these. */
export function cachedUnder(tag: string, json: string): readonly string[] {
  const records = Records.parse(JSON.parse(json));
  const ours = new Set(records.filter(({ Description }) => Description.includes(tag)).map(({ ID }) => ID));
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const { ID, Parent } of records) {
      if (ours.has(ID) && Parent !== "") ours.add(Parent);
      if (ours.has(Parent)) ours.add(ID);
    }
  }
  return [...ours];
}
