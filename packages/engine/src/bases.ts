import type { Base, IR, IRStep } from "@fresco/pipeline";
import type { BaseIdentity, Sandbox, SandboxCapabilities } from "@fresco/ports";
import { sandboxFor, type SandboxPorts } from "./sandboxes.ts";

/** A base with its identity at the start of the run, and the means to take it again. */
export interface KnownBase {
  readonly base: Base;
  readonly identity: BaseIdentity;
  /** The same function for the same base, so that one question serves a batch. */
  readonly again: () => Promise<BaseIdentity>;
}

/** Identifies each base of a run once. */
export class Bases {
  readonly #sandboxes: SandboxPorts;
  readonly #ir: IR;
  readonly #project: string;
  readonly #roots: ReadonlyMap<string, Base>;
  readonly #known = new Map<string, Promise<KnownBase>>();

  constructor(sandboxes: SandboxPorts, ir: IR, project: string) {
    this.#sandboxes = sandboxes;
    this.#ir = ir;
    this.#project = project;
    this.#roots = rootBases(ir);
  }

  /** Where a step runs. */
  sandboxOf(step: IRStep): Sandbox {
    return sandboxFor(this.#sandboxes, this.#baseOf(step));
  }

  /** What that sandbox can do over the step's base. */
  capabilitiesOf(step: IRStep): SandboxCapabilities {
    const base = this.#baseOf(step);
    const sandbox = sandboxFor(this.#sandboxes, base);
    return sandbox.capabilitiesOver?.(base) ?? sandbox.capabilities;
  }

  /** @throws FrescoError when the sandbox cannot run on it. */
  of(step: IRStep): Promise<KnownBase> {
    const base = this.#baseOf(step);
    const name = JSON.stringify(base);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const again = (): Promise<BaseIdentity> => sandboxFor(this.#sandboxes, base).identify(base, this.#ir.toolchains);
    const asked = again().then((identity) => ({ base, identity, again }));
    this.#known.set(name, asked);
    return asked;
  }

  #baseOf(step: IRStep): Base {
    return absolute(this.#roots.get(step.id) ?? this.#ir.base, this.#project);
  }
}

/** A rootfs is named relative to the project's root. */
function absolute(base: Base, project: string): Base {
  return base.type === "rootfs" && !base.path.startsWith("/") ? { ...base, path: `${project}/${base.path}` } : base;
}

/** A step stands on the base of the root of its chain. */
function rootBases(ir: IR): ReadonlyMap<string, Base> {
  const steps = new Map(ir.steps.map((step) => [step.id, step]));
  const bases = new Map<string, Base>();
  for (const step of ir.steps) {
    const chain: string[] = [];
    let current: IRStep | undefined = step;
    while (current !== undefined && !bases.has(current.id)) {
      chain.push(current.id);
      if (current.parent === null) bases.set(current.id, current.base ?? ir.base);
      current = current.parent === null ? undefined : steps.get(current.parent);
    }
    const base = bases.get(current?.id ?? chain.at(-1) ?? step.id) ?? ir.base;
    for (const id of chain) bases.set(id, base);
  }
  return bases;
}
