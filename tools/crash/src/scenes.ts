import { Reports } from "./reports.ts";
import { Scene } from "./scene.ts";
import type { Series, SeriesOptions } from "./series.ts";
import { SHARINGS } from "./sharing.ts";
import { STOPPINGS, stopAndLook } from "./stopping.ts";

/** Everything that is played once, in one sandbox. */
export async function scenes({ command, sandbox, tell }: SeriesOptions): Promise<Series> {
  const reports = new Reports(tell);
  let hits = 0;
  const play = async (name: string, act: (scene: Scene) => Promise<readonly string[]>): Promise<void> => {
    using scene = new Scene({ command, sandbox });
    reports.add(name, await act(scene));
    hits += 1;
  };
  for (const name of keysOf(STOPPINGS)) await play(name, (scene) => stopAndLook(scene, name, sandbox));
  for (const name of keysOf(SHARINGS)) await play(name, (scene) => SHARINGS[name](scene, sandbox));
  return { hits, wrong: reports.wrong };
}

/** The names in a record, as what they are. */
export function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  const isKey = (name: string): name is K => name in record;
  return Object.keys(record).filter(isKey);
}
