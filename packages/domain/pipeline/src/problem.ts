/** One thing that is wrong with a pipeline. */
export interface Problem {
  /** Stable: `ir.what`. */
  readonly code: string;
  /** Where in the IR: `steps[2].command`; empty for the whole. */
  readonly path: string;
  /** One sentence: what and why. */
  readonly message: string;
  /** What to do now. */
  readonly hint: string;
  /** Where the pipeline's author wrote it, as a stack trace of the platform. */
  readonly stack?: string;
}

/** Everything that is wrong with a pipeline, at once. */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
  readonly code = "pipeline.invalid";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.problems = problems;
  }
}

/** One line: `steps[2].command: step "x" has no command. Give it one.` */
export function describeProblem({ path, message, hint }: Problem): string {
  return `${path === "" ? "" : `${path}: `}${message} ${hint}`.trimEnd();
}
