/**
 * The parser's place in the tokens, and its dealing with tokens that do not belong: worded as cel-go's generated parser
 * words it, and like that one it drops or supplies a single token where that mends the text, to report what follows too.
 */
import type { Issue } from '../errors.ts';
import type { Source } from '../source/source.ts';
import { formatKinds, type Token, type TokenKind } from './token.ts';

const depthMax = 250;

export const expressionStarts: readonly TokenKind[] =
  '[ { ( . - ! true false null NUM_FLOAT NUM_INT NUM_UINT STRING BYTES IDENTIFIER'.split(' ') as TokenKind[];
const operators: readonly TokenKind[] = '== != in < <= >= > && || [ . - ? + * / %'.split(' ') as TokenKind[];

/** Ends parsing where going on would only report what follows from an error. */
export class Abandoned extends Error {}

export class TokenStream {
  protected readonly source: Source;
  private readonly tokens: readonly Token[];
  private readonly issues: Issue[];
  protected position = 0;
  protected depth = 0;
  /** What may follow the expression being read, one set for each enclosing bracket. */
  private readonly followers: (readonly TokenKind[])[] = [['<EOF>']];

  constructor(source: Source, tokens: readonly Token[], issues: Issue[]) {
    this.source = source;
    this.tokens = tokens;
    this.issues = issues;
  }

  protected next(): Token {
    return this.tokens[this.position] as Token;
  }

  protected peek(ahead: number): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)] as Token;
  }

  protected take(): Token {
    const token = this.next();
    if (token.kind !== '<EOF>') this.position++;
    return token;
  }

  protected report(offset: number | undefined, message: string): void {
    this.issues.push(this.source.issueAt(offset, message));
  }

  protected syntaxError(token: Token, message: string): void {
    // An empty source has no character to point at.
    if (this.source.text === '') this.issues.push({ message: `Syntax error: ${message}`, offset: 0, line: 1, column: -1 });
    else this.report(token.offset, `Syntax error: ${message}`);
  }

  protected unexpected(expected: readonly TokenKind[], droppable: boolean): never | void {
    const what = droppable ? 'extraneous' : 'mismatched';
    this.syntaxError(this.next(), `${what} input '${this.next().text}' expecting ${formatKinds(expected)}`);
    if (!droppable) throw new Abandoned();
    this.take();
  }

  /** No rule goes on after what was read from `from` and the token. */
  protected noAlternative(from: number, token: Token): never {
    const end = token.kind === '<EOF>' ? token.offset : token.offset + token.text.length;
    this.report(token.offset, `Syntax error: no viable alternative at input '${this.source.text.slice(from, end)}'`);
    throw new Abandoned();
  }

  /** Takes a token of the kind; drops one before it, or supplies it, where that mends the text. */
  protected expect(kind: TokenKind, then: readonly TokenKind[], listed: readonly TokenKind[] = [kind], suppliable = true): Token {
    if (this.next().kind === kind) return this.take();
    if (this.peek(1).kind === kind) {
      this.unexpected(listed, true);
      return this.take();
    }
    if (suppliable && then.includes(this.next().kind)) {
      this.syntaxError(this.next(), `missing ${formatKinds([kind])} at '${this.next().text}'`);
      return { kind, text: kind, offset: this.next().offset };
    }
    this.unexpected(listed, false);
    throw new Abandoned();
  }

  protected enter(): void {
    if (++this.depth > depthMax) {
      this.report(undefined, `expression recursion limit exceeded: ${depthMax}`);
      throw new Abandoned();
    }
  }

  protected leave(): void {
    this.depth--;
  }

  protected within<T>(followers: readonly TokenKind[], read: () => T): T {
    this.followers.push(followers);
    const result = read();
    this.followers.pop();
    return result;
  }

  protected afterExpression(): readonly TokenKind[] {
    return [...operators, ...(this.followers.at(-1) as readonly TokenKind[])];
  }

  protected expectExpression(listed: readonly TokenKind[] = expressionStarts): void {
    if (expressionStarts.includes(this.next().kind)) return;
    this.unexpected(listed, expressionStarts.includes(this.peek(1).kind));
  }
}
