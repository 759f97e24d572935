/** What every object in an Engine says of itself, so that it is found again when its owner is gone. An Engine may be shared with others. */
export interface Marks {
  /** Names the store: owners' names mean something only within one. */
  readonly store: string;
  readonly owner: string;
  readonly run?: string;
  readonly job?: string;
}

const PREFIX = "dev.fresco";

/** `run`: goes with its run. `cache`: a layer that may be stored. `base`: what is prepared once for an image. */
export type Scope = "run" | "cache" | "base";

export function labelsOf(marks: Marks, scope: Scope): Record<string, string> {
  const { store, owner, run, job } = marks;
  return {
    [`${PREFIX}.store`]: store,
    [`${PREFIX}.owner`]: owner,
    [`${PREFIX}.scope`]: scope,
    // Said also where there is nothing to say: an image passes its labels on to what is made of it.
    [`${PREFIX}.run`]: run ?? "",
    [`${PREFIX}.job`]: job ?? "",
    [`${PREFIX}.created`]: new Date().toISOString(),
  };
}

/** What to look for: everything of this owner. */
export function filterOf({ store, owner }: Pick<Marks, "store" | "owner">, scope?: Scope): { label: string[] } {
  return {
    label: [`${PREFIX}.store=${store}`, `${PREFIX}.owner=${owner}`, ...(scope === undefined ? [] : [`${PREFIX}.scope=${scope}`])],
  };
}

/** The same as an instruction for what becomes an image. */
export function labelInstruction(labels: Readonly<Record<string, string>>): string {
  return `LABEL ${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(" ")}`;
}

/** Where a layer's directory is: its image goes when that has gone. */
export const LAYER_LABEL = `${PREFIX}.layer`;
export const SCOPE_LABEL = `${PREFIX}.scope`;
