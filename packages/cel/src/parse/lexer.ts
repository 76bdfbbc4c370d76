/**
 * Splits a source into tokens. Characters that begin no token are reported and skipped, so that the parser goes on.
 */
import type { Issue } from '../errors.ts';
import type { Source } from '../source/source.ts';
import type { Token, TokenKind } from './token.ts';

const patterns = {
  space: /(?:[\t \r\n\f]+|\/\/[^\n]*)+/y,
  float: /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y,
  uint: /(?:0x[0-9a-fA-F]+|\d+)[uU]/y,
  int: /(?:0x[0-9a-fA-F]+|\d+)/y,
  identifier: /[A-Za-z_][A-Za-z0-9_]*/y,
  escapedIdentifier: /`[A-Za-z0-9_./ -]+`/y,
  operator: /(?:==|!=|<=|>=|&&|\|\||[<>[\]{}().,!?:+*/%-])/y,
  stringPrefix: /(?:[bB][rR]?|[rR])?["']/y,
  escape: /\\(?:[abfnrtv"'\\?`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/y,
  partialEscape: /\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?/y,
};

const words = new Set<string>(['in', 'true', 'false', 'null']);

export function tokenize(source: Source, issues: Issue[]): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;

  const match = (pattern: RegExp, from: number): number => {
    pattern.lastIndex = from;
    return pattern.test(text) ? pattern.lastIndex : -1;
  };
  const take = (kind: TokenKind, end: number): void => {
    tokens.push({ kind, text: text.slice(at, end), offset: at });
    at = end;
  };

  while (at < text.length) {
    const space = match(patterns.space, at);
    if (space > 0) {
      at = space;
      continue;
    }
    const quote = match(patterns.stringPrefix, at) - 1;
    if (quote >= 0) {
      const end = stringEnd(text, quote, /[rR]/.test(text.slice(at, quote)), match);
      if (end.closed) {
        take(/[bB]/.test(text.slice(at, quote)) ? 'BYTES' : 'STRING', end.at);
        continue;
      }
      if (quote === at) {
        reject(end.at);
        continue;
      }
      // Without its end the prefix is a name, and the quote an error after it.
    }
    const numeral = longest(match, at);
    if (numeral !== undefined) {
      take(numeral.kind, numeral.end);
      continue;
    }
    const name = match(patterns.identifier, at);
    if (name > 0) {
      const word = text.slice(at, name);
      take(words.has(word) ? (word as TokenKind) : 'IDENTIFIER', name);
      continue;
    }
    const escaped = match(patterns.escapedIdentifier, at);
    if (escaped > 0) {
      take('ESC_IDENTIFIER', escaped);
      continue;
    }
    const operator = match(patterns.operator, at);
    if (operator > 0) {
      take(text.slice(at, operator) as TokenKind, operator);
      continue;
    }
    reject(rejectedEnd(text, at));
  }
  tokens.push({ kind: '<EOF>', text: '<EOF>', offset: text.length });
  return tokens;

  function reject(end: number): void {
    const shown = text.slice(at, end).replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
    issues.push(source.issueAt(at, `Syntax error: token recognition error at: '${shown}'`));
    at = end;
  }
}

function longest(match: (pattern: RegExp, from: number) => number, at: number): { kind: TokenKind; end: number } | undefined {
  let best: { kind: TokenKind; end: number } | undefined;
  for (const [kind, pattern] of [
    ['NUM_FLOAT', patterns.float],
    ['NUM_INT', patterns.int],
    ['NUM_UINT', patterns.uint],
  ] as const) {
    const end = match(pattern, at);
    if (end > (best?.end ?? -1)) best = { kind, end };
  }
  return best;
}

/** Where the string that opens at `quote` ends, or where reading it failed. */
function stringEnd(
  text: string,
  quote: number,
  raw: boolean,
  match: (pattern: RegExp, from: number) => number,
): { closed: boolean; at: number } {
  const mark = text[quote] as string;
  const triple = mark.repeat(3);
  if (text.startsWith(triple, quote)) {
    const end = scan(quote + 3, triple);
    // An unclosed triple quote is an empty string and what follows it.
    return end.closed ? end : { closed: true, at: quote + 2 };
  }
  return scan(quote + 1, mark);

  function scan(from: number, closing: string): { closed: boolean; at: number } {
    let at = from;
    while (at < text.length) {
      if (text.startsWith(closing, at)) return { closed: true, at: at + closing.length };
      const char = text[at] as string;
      if (char === '\\' && !raw) {
        const end = match(patterns.escape, at);
        if (end < 0) return { closed: false, at: Math.min(text.length, match(patterns.partialEscape, at) + 1) };
        at = end;
      } else if (closing.length === 1 && (char === '\n' || char === '\r')) {
        return { closed: false, at: at + 1 };
      } else {
        at++;
      }
    }
    return { closed: false, at };
  }
}

/** The characters that a failed token takes with it: a started operator takes the character that it cannot be followed by. */
function rejectedEnd(text: string, at: number): number {
  const char = text[at] as string;
  if (char === '`') {
    let end = at + 1;
    while (end < text.length && /[A-Za-z0-9_./ -]/.test(text[end] as string)) end++;
    return Math.min(text.length, end + 1);
  }
  const width = (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  if (char !== '=' && char !== '&' && char !== '|') return at + width;
  const next = text.codePointAt(at + 1);
  return next === undefined ? at + 1 : at + 1 + (next > 0xffff ? 2 : 1);
}
