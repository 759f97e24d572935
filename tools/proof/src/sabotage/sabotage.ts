import type { Clock, Layers, Sandbox, Source, Store, Workspaces } from "@fresco/ports";
import type { Emphasis } from "../generate/emphasis.ts";

/** The ports at which a product can be made wrong from outside. */
export interface Ports {
  readonly source: Source;
  readonly workspaces: Workspaces;
  readonly layers: Layers;
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly clock: Clock;
}

/** One way to be wrong, which the comparison must notice. */
export interface Sabotage {
  /** What the product does wrong with it. */
  readonly name: string;
  /** Can it be noticed only where what a step leaves in the system passes on? */
  readonly needsSystem?: true;
  /** The sandbox in which it can be noticed. @default "linux" */
  readonly sandbox?: "host";
  /** What shows it: its search draws that more often. */
  readonly emphasis: Emphasis;
  /** The ports of one session, sabotaged. */
  readonly wrap: (ports: Ports) => Ports;
}
