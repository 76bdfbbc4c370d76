/**
 * The text of an expression, and how its findings are shown: the message, the line and a mark below the place, as cel-go
 * prints them.
 */
import { CompileError, type Issue } from '../errors.ts';

const snippetLengthMax = 16_384;
const issuesShownMax = 100;

export class Source {
  readonly text: string;
  private starts: number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** A finding at a place given in UTF-16 units; without one the place is unknown. */
  issueAt(offset: number | undefined, message: string): Issue {
    if (offset === undefined) return { message, offset: -1, line: -1, column: -1 };
    const starts = this.lineStarts();
    let line = 0;
    while (line + 1 < starts.length && (starts[line + 1] as number) <= offset) line++;
    return {
      message,
      offset: codePoints(this.text.slice(0, offset)),
      line: line + 1,
      column: codePoints(this.text.slice(starts[line], offset)),
    };
  }

  /** Undefined when there is nothing to report. */
  error(issues: readonly Issue[]): CompileError | undefined {
    if (issues.length === 0) return undefined;
    const shown = issues.slice(0, issuesShownMax).sort((a, b) => a.line - b.line || a.column - b.column);
    const texts = shown.map((issue) => this.show(issue));
    if (issues.length > issuesShownMax) texts.push(`${issues.length - issuesShownMax} more errors were truncated`);
    return new CompileError(texts.join('\n'), shown);
  }

  private show(issue: Issue): string {
    const head = `ERROR: <input>:${issue.line}:${issue.column + 1}: ${issue.message}`;
    const line = issue.line < 1 || this.text === '' ? undefined : this.lines()[issue.line - 1];
    if (line === undefined || Buffer.byteLength(line) > snippetLengthMax) return head;
    let mark = '';
    const points = Array.from(line.replaceAll('\t', ' '));
    for (const point of points.slice(0, issue.column)) mark += point > '\u007f' ? '\uff0e' : '.';
    mark += (points[issue.column] ?? '') > '\u007f' ? '\uff3e' : '^';
    return `${head}\n | ${points.join('')}\n | ${mark}`;
  }

  private lines(): string[] {
    return this.text.split('\n');
  }

  private lineStarts(): readonly number[] {
    if (this.starts === undefined) {
      this.starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) this.starts.push(at + 1);
    }
    return this.starts;
  }
}

function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdbff && index + 1 < text.length && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) index++;
    count++;
  }
  return count;
}
