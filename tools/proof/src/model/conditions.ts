/** What is round a run and not in its pipeline or source. */
export interface Conditions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `false`: nothing is replayed, and what is made is remembered. */
  readonly readCache: boolean;
  /** Numbers the states of the system beneath all steps; commands see no difference. */
  readonly base: number;
  /** Numbers the places where a project's workspace may be; only a sandbox without a path of its own lets steps notice. */
  readonly place: number;
  /** Variables that pass from the user's environment into every step. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Values by name; they never change. */
  readonly secrets: Readonly<Record<string, string>>;
}
