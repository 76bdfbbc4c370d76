/**
 * The three ways in which an expression fails: it does not compile, it fails for these values, or it costs too much.
 * Messages are cel-go's, because clients, users and tests of Kubernetes read them.
 */

/** One finding of the parser or the checker. */
export interface Issue {
  readonly message: string;
  /** Code points from the start of the source. */
  readonly offset: number;
  readonly line: number;
  /** Code points from the start of the line, counted from 0. */
  readonly column: number;
}

/** The source does not parse or does not type-check. `message` holds each finding with the line and a mark below its place. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly issues: readonly Issue[];
  /** Which step failed, in Kubernetes' words: whoever reports it writes `compilation failed: …`. */
  readonly step: 'compilation' | 'program instantiation';
  constructor(message: string, issues: readonly Issue[], step: CompileError['step'] = 'compilation') {
    super(message);
    this.issues = issues;
    this.step = step;
  }
}

/** Evaluation failed for these values; `&&`, `||`, `all` and `exists` may absorb it. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  /** Units spent until it failed; set when the evaluation ends with it. */
  declare cost: number;

  constructor(message: string, options?: ErrorOptions) {
    // Rules fail often and are absorbed often, and nobody reads where in the evaluator that was.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = limit;
    this.cost = 0;
  }
}

/** The run used up its cost, or was cancelled. Nothing absorbs it. */
export class CostLimitError extends Error {
  override readonly name = 'CostLimitError';
  /** Units spent until it was stopped. */
  cost = 0;
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}
