/**
 * Source to syntax tree, by recursive descent over CEL's grammar.
 * Depth and size are limited, so that no text exhausts the stack of whoever walks the tree.
 */
import { type CompileError, type Issue } from '../errors.ts';
import { Source } from '../source/source.ts';
import { codePointCount } from '../values/code-points.ts';
import { call, type Expr, type FieldEntry, ident, literal, type MapEntry, memberCall } from './ast.ts';
import { tokenize } from './lexer.ts';
import { LiteralError, parseBytesLiteral, parseDoubleLiteral, parseIntLiteral, parseStringLiteral, parseUintLiteral } from './literals.ts';
import { findMacro, MacroError, noTarget } from './macros.ts';
import type { Token, TokenKind } from './token.ts';
import { Abandoned, expressionStarts, TokenStream } from './token-stream.ts';

const sourceCodePointsMax = 100_000;
const reserved = new Set('as break const continue else for function if import let loop package namespace return var void while'.split(' '));

const relations = new Set<TokenKind>(['<', '<=', '>=', '>', '==', '!=', 'in']);
const sums = new Set<TokenKind>(['+', '-']);
const products = new Set<TokenKind>(['*', '/', '%']);

export interface Parsed {
  readonly source: Source;
  readonly expr?: Expr;
  readonly error?: CompileError;
}

/** Never throws; the error holds every finding. */
export function parse(text: string): Parsed {
  const source = new Source(text);
  const size = text.length <= sourceCodePointsMax ? text.length : codePointCount(text);
  if (size > sourceCodePointsMax) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${sourceCodePointsMax}`;
    return { source, error: source.error([source.issueAt(undefined, message)]) };
  }
  const issues: Issue[] = [];
  const tokens = tokenize(source, issues);
  const expr = new Parser(source, tokens, issues).parseAll();
  const error = source.error(issues);
  return error === undefined && expr !== undefined ? { source, expr } : { source, error };
}

class Parser extends TokenStream {
  parseAll(): Expr | undefined {
    try {
      const expr = this.expression();
      if (this.next().kind !== '<EOF>') this.unexpected(['<EOF>'], this.peek(1).kind === '<EOF>');
      return expr;
    } catch (error) {
      if (error instanceof Abandoned) return undefined;
      throw error;
    }
  }

  private expression(listed?: readonly TokenKind[]): Expr {
    this.enter();
    this.expectExpression(listed);
    const condition = this.logical('||', () => this.logical('&&', () => this.relation()));
    let result = condition;
    if (this.next().kind === '?') {
      const { offset } = this.take();
      this.expectExpression();
      const then = this.within([':'], () => this.logical('||', () => this.logical('&&', () => this.relation())));
      this.expect(':', expressionStarts);
      result = call(offset, '_?_:_', condition, then, this.expression());
    }
    this.leave();
    return result;
  }

  /** A chain of one operator becomes a balanced tree, so that a long one is not a deep one. */
  private logical(operator: '||' | '&&', operand: () => Expr): Expr {
    const first = operand();
    if (this.next().kind !== operator) return first;
    const terms = [first];
    const offsets: number[] = [];
    while (this.next().kind === operator) {
      offsets.push(this.take().offset);
      this.expectExpression();
      terms.push(operand());
    }
    const name = `_${operator}_`;
    const balance = (low: number, high: number): Expr => {
      const middle = (low + high + 1) >> 1;
      const left = middle === low ? (terms[middle] as Expr) : balance(low, middle - 1);
      const right = middle === high ? (terms[middle + 1] as Expr) : balance(middle + 1, high);
      return call(offsets[middle] as number, name, left, right);
    };
    return balance(0, offsets.length - 1);
  }

  private binary(kinds: ReadonlySet<TokenKind>, operand: () => Expr): Expr {
    let left = operand();
    let links = 0;
    while (kinds.has(this.next().kind)) {
      this.enter();
      links++;
      const operator = this.take();
      this.expectExpression();
      left = call(operator.offset, operator.kind === 'in' ? '@in' : `_${operator.kind}_`, left, operand());
    }
    this.depth -= links;
    return left;
  }

  private relation(): Expr {
    return this.binary(relations, () => this.binary(sums, () => this.binary(products, () => this.unary())));
  }

  private unary(): Expr {
    const { kind, offset } = this.next();
    if (kind === '-' && this.startsNumber(1)) return this.member(this.negativeNumber());
    if (kind !== '!' && kind !== '-') return this.member(this.primary());
    let count = 0;
    while (this.next().kind === kind) {
      this.take();
      count++;
    }
    const signed = this.next().kind === '-';
    if (this.next().kind === '!') this.noAlternative(offset, this.next());
    if (signed && !this.startsNumber(1)) this.noAlternative(this.next().offset, this.peek(1));
    if (!signed) this.expectExpression();
    const operand = this.member(signed ? this.negativeNumber() : this.primary());
    return count % 2 === 0 ? operand : call(offset, kind === '!' ? '!_' : '-_', operand);
  }

  private startsNumber(ahead: number): boolean {
    const { kind } = this.peek(ahead);
    return kind === 'NUM_INT' || kind === 'NUM_FLOAT';
  }

  private negativeNumber(): Expr {
    const sign = this.take();
    const number = this.take();
    return this.literalOf({ ...number, text: `-${number.text}`, offset: sign.offset });
  }

  private member(start: Expr): Expr {
    let expr = start;
    let links = 0;
    for (;;) {
      const { kind } = this.next();
      if (kind !== '.' && kind !== '[') break;
      this.enter();
      links++;
      expr = kind === '.' ? this.selection(expr) : this.index(expr);
    }
    this.depth -= links;
    return expr;
  }

  private selection(operand: Expr): Expr {
    const dot = this.take();
    if (this.next().kind === '?') {
      this.take();
      if (this.next().kind !== 'IDENTIFIER' && this.next().kind !== 'ESC_IDENTIFIER') {
        this.syntaxError(this.next(), `mismatched input '${this.next().text}' expecting {IDENTIFIER, ESC_IDENTIFIER}`);
        this.report(this.next().offset, 'unsupported ident kind');
        throw new Abandoned();
      }
      const field = this.take();
      return call(dot.offset, '_?._', operand, literal(field.offset, this.fieldName(field)));
    }
    if (this.next().kind === 'ESC_IDENTIFIER') {
      const field = this.take();
      return { kind: 'select', offset: dot.offset, operand, field: this.fieldName(field), testOnly: false };
    }
    const name = this.identifier();
    if (this.next().kind !== '(') return { kind: 'select', offset: dot.offset, operand, field: name.text, testOnly: false };
    const open = this.take();
    return this.callOrMacro(open.offset, name.text, operand, this.args());
  }

  private fieldName(token: Token): string {
    if (token.kind === 'ESC_IDENTIFIER') this.report(token.offset, "unsupported syntax: '`'");
    return token.text;
  }

  private identifier(): Token {
    if (this.next().kind === 'IDENTIFIER') return this.take();
    const { kind, text, offset } = this.next();
    if (kind === 'true' || kind === 'false' || kind === 'null') {
      this.syntaxError(this.next(), `mismatched input '${text}' expecting IDENTIFIER`);
    } else {
      this.report(offset, `Syntax error: no viable alternative at input '.${kind === '<EOF>' ? '' : text}'`);
    }
    throw new Abandoned();
  }

  private index(operand: Expr): Expr {
    const open = this.take();
    const optional = this.next().kind === '?';
    if (optional) this.take();
    const index = this.within([']'], () => this.expression(optional ? undefined : [...expressionStarts, '?']));
    this.expect(']', this.afterExpression());
    return call(open.offset, optional ? '_[?_]' : '_[_]', operand, index);
  }

  private args(): Expr[] {
    const args: Expr[] = [];
    if (this.next().kind !== ')') {
      let listed: readonly TokenKind[] = [...expressionStarts, ')'];
      do {
        args.push(this.within([')', ','], () => this.expression(listed)));
        listed = expressionStarts;
      } while (this.next().kind === ',' && this.take());
    }
    this.expect(')', this.afterExpression(), args.length === 0 ? [')'] : [')']);
    return args;
  }

  private callOrMacro(offset: number, name: string, target: Expr | undefined, args: Expr[]): Expr {
    const written = target === undefined ? call(offset, name, ...args) : memberCall(offset, target, name, ...args);
    const macro = findMacro(name, target !== undefined, args.length);
    if (macro === undefined) return written;
    try {
      const expanded = macro.expand(offset, target ?? noTarget, args);
      if (expanded === undefined) return written;
      if (expanded.kind === 'comprehension' || expanded.kind === 'call') (expanded as { written?: unknown }).written = written;
      return expanded;
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      this.report(error.offset ?? offset, error.message);
      return written;
    }
  }

  private primary(): Expr {
    const token = this.next();
    switch (token.kind) {
      case '(': {
        this.take();
        const expr = this.within([')'], () => this.expression());
        this.expect(')', this.afterExpression());
        return expr;
      }
      case '[':
        return this.listLiteral();
      case '{':
        return this.mapLiteral();
      case '.':
      case 'IDENTIFIER':
        return this.name();
      case 'true':
      case 'false':
      case 'null':
      case 'NUM_INT':
      case 'NUM_UINT':
      case 'NUM_FLOAT':
      case 'STRING':
      case 'BYTES':
        return this.literalOf(this.take());
      default:
        return this.noAlternative(token.offset, token);
    }
  }

  private name(): Expr {
    const dot = this.next().kind === '.' ? this.take() : undefined;
    const token = this.identifier();
    const struct = this.structName(token.text);
    if (struct !== undefined) return this.structLiteral(`${dot === undefined ? '' : '.'}${struct}`);
    if (reserved.has(token.text)) this.report(dot?.offset ?? token.offset, `reserved identifier: ${token.text}`);
    const name = `${dot === undefined ? '' : '.'}${token.text}`;
    if (this.next().kind !== '(') return ident(token.offset, name);
    const open = this.take();
    return this.callOrMacro(open.offset, name, undefined, this.args());
  }

  /** The type's name when a dotted name and a brace follow: `a.b.C{…}`. */
  private structName(first: string): string | undefined {
    let ahead = 0;
    let name = first;
    while (this.peek(ahead).kind === '.' && this.peek(ahead + 1).kind === 'IDENTIFIER') {
      name += `.${this.peek(ahead + 1).text}`;
      ahead += 2;
    }
    if (this.peek(ahead).kind !== '{') return undefined;
    this.position += ahead;
    return name;
  }

  private listLiteral(): Expr {
    const { offset } = this.take();
    const elements: Expr[] = [];
    const optional: boolean[] = [];
    let comma = false;
    if (this.next().kind === ',') {
      this.take();
      comma = true;
    }
    while (!comma && this.next().kind !== ']') {
      optional.push(this.optionalMark());
      elements.push(
        this.within([']', ','], () => this.expression(elements.length === 0 ? [...expressionStarts, ']', ',', '?'] : undefined)),
      );
      if (this.next().kind !== ',') break;
      this.take();
      comma = this.next().kind === ']' || (!expressionStarts.includes(this.next().kind) && this.next().kind !== '?');
    }
    this.expect(']', this.afterExpression(), comma ? [']'] : [']', ','], comma);
    return { kind: 'list', offset, elements, optional };
  }

  private optionalMark(): boolean {
    if (this.next().kind !== '?') return false;
    this.take();
    return true;
  }

  private mapLiteral(): Expr {
    const { offset } = this.take();
    const entries: MapEntry[] = [];
    this.entries(
      () => {
        const optional = this.optionalMark();
        const key = this.within([':'], () => this.expression(entries.length === 0 ? [...expressionStarts, '}', ',', '?'] : undefined));
        const colon = this.expect(':', expressionStarts);
        entries.push({ offset: colon.offset, key, value: this.within(['}', ','], () => this.expression()), optional });
      },
      (kind) => expressionStarts.includes(kind),
    );
    return { kind: 'map', offset, entries };
  }

  private structLiteral(name: string): Expr {
    const { offset } = this.take();
    const fields: FieldEntry[] = [];
    this.entries(
      () => {
        const optional = this.optionalMark();
        if (this.next().kind !== 'IDENTIFIER' && this.next().kind !== 'ESC_IDENTIFIER') {
          this.unexpected(fields.length === 0 ? ['}', ',', '?', 'IDENTIFIER', 'ESC_IDENTIFIER'] : ['IDENTIFIER', 'ESC_IDENTIFIER'], false);
        }
        const field = this.take();
        const fieldName = this.fieldName(field);
        const colon = this.expect(':', expressionStarts);
        fields.push({ offset: colon.offset, name: fieldName, value: this.within(['}', ','], () => this.expression()), optional });
      },
      (kind) => kind === 'IDENTIFIER' || kind === 'ESC_IDENTIFIER',
    );
    return { kind: 'struct', offset, name, fields };
  }

  /** Entries between braces, which may end with a comma. */
  private entries(read: () => void, starts: (kind: TokenKind) => boolean): void {
    let comma = false;
    if (this.next().kind === ',') {
      this.take();
      comma = true;
    }
    while (!comma && this.next().kind !== '}') {
      read();
      if (this.next().kind !== ',') break;
      this.take();
      comma = !starts(this.next().kind) && this.next().kind !== '?';
    }
    this.expect('}', this.afterExpression(), comma ? ['}'] : ['}', ','], comma);
  }

  private literalOf(token: Token): Expr {
    try {
      return literal(token.offset, literalValue(token));
    } catch (error) {
      if (!(error instanceof LiteralError)) throw error;
      this.report(token.offset, error.message);
      return literal(token.offset, null);
    }
  }
}

function literalValue({ kind, text }: Token) {
  switch (kind) {
    case 'NUM_INT':
      return parseIntLiteral(text);
    case 'NUM_UINT':
      return parseUintLiteral(text);
    case 'NUM_FLOAT':
      return parseDoubleLiteral(text);
    case 'STRING':
      return parseStringLiteral(text);
    case 'BYTES':
      return parseBytesLiteral(text);
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    default:
      throw new Error(`no literal is written ${kind}`);
  }
}
