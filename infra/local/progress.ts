import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

export interface StepOptions {
  /** What the reader can do when it fails. */
  remedy: string;
  /** Where the details are. */
  log?: string;
}

/** A step that failed in a way that says its own remedy or log. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly remedy: string | undefined;
  readonly log: string | undefined;

  constructor(message: string, options: { remedy?: string; log?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.remedy = options.remedy;
    this.log = options.log;
  }
}

/** Why everything ends: names the step, the log and the remedy. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

const logTailLines = 8;
const logLineMaxCharacters = 300;
const isTerminal = process.stderr.isTTY;

/**
 * Runs one step, showing that it runs and then how long it took. The text that the work answers stands behind the
 * step's name.
 * @throws StepFailure ready to be shown.
 */
export async function step(name: string, options: StepOptions, work: () => Promise<string | void>): Promise<void> {
  const begin = performance.now();
  if (isTerminal) process.stderr.write(`… ${name}`);
  try {
    const detail = await work();
    done(`✓ ${name.padEnd(24)} ${[detail, seconds(begin)].filter(Boolean).join('  ')}`);
  } catch (error) {
    done(`✗ ${name.padEnd(24)} ${seconds(begin)}`);
    throw new StepFailure(explain(name, options, error), { cause: error });
  }
}

/** Shows why a script ended, and makes it fail. What is not a failed step is a fault of the script: it is thrown on. */
export function showFailure(error: unknown): void {
  if (error instanceof StepError) console.error(explain('before the first', { remedy: '' }, error));
  else if (error instanceof StepFailure) console.error(`\n${error.message}`);
  else throw error;
  process.exitCode = 1;
}

/** A line between the steps. */
export function note(text: string): void {
  console.error(`  ${text}`);
}

function done(line: string): void {
  if (isTerminal) process.stderr.write('\r\u001B[K');
  console.error(line);
}

function seconds(begin: number): string {
  const spent = (performance.now() - begin) / 1000;
  return spent < 0.1 ? '' : `(${spent.toFixed(1)} s)`;
}

function explain(name: string, options: StepOptions, error: unknown): string {
  const own = error instanceof StepError ? error : undefined;
  const log = own?.log ?? options.log;
  const lines = [`Step failed: ${name}`, `  what:   ${messageOf(error)}`];
  if (log && existsSync(log)) lines.push(`  log:    ${relative(process.cwd(), log)}`, ...tail(log).map((line) => `          ${line}`));
  lines.push(`  remedy: ${own?.remedy ?? options.remedy}`);
  return lines.join('\n');
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== error.message
    ? `${error.message}: ${messageOf(error.cause)}`
    : error.message;
}

function tail(file: string): string[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-logTailLines).filter(Boolean);
  return lines.map((line) => (line.length > logLineMaxCharacters ? `${line.slice(0, logLineMaxCharacters)}…` : line));
}
