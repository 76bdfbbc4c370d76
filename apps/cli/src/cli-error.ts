/** What a person is told when a command fails: what was attempted, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}
