/** What is done again and again. */
export interface SeriesOptions {
  /** The built command. */
  readonly command: string;
  readonly times: number;
  readonly seed: number;
  readonly sandbox: string;
  /** Told about each time. */
  readonly tell?: (line: string) => void;
}

export interface Series {
  /** How many times a command was hit while it ran. */
  readonly hits: number;
  /** Each in one line, with the moment. */
  readonly wrong: readonly string[];
}
