/** Times in milliseconds at which something is over, under names; and the one alarm that they need. */
export class Deadlines<Name> {
  readonly #times = new Map<Name, number>();
  #alarm: number | undefined;

  set(name: Name, time: number): void {
    this.#times.set(name, time);
  }

  delete(name: Name): void {
    this.#times.delete(name);
  }

  /** What is over by now. Taken out, so that nothing is over twice; and the alarm has gone off, maybe a little early. */
  take(now: number): Name[] {
    this.#alarm = undefined;
    const over = [...this.#times].filter(([, time]) => time <= now).map(([name]) => name);
    for (const name of over) this.#times.delete(name);
    return over;
  }

  /** When the alarm should go off, if it is not set to go off by then. */
  resetAlarm(): number | undefined {
    if (this.#times.size === 0) return undefined;
    const earliest = Math.min(...this.#times.values());
    if (this.#alarm !== undefined && this.#alarm <= earliest) return undefined;
    this.#alarm = earliest;
    return earliest;
  }
}
