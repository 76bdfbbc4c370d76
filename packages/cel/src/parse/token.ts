/** Kinds of tokens, written as syntax errors name them. */
export type TokenKind =
  | '<EOF>'
  | '=='
  | '!='
  | 'in'
  | '<'
  | '<='
  | '>='
  | '>'
  | '&&'
  | '||'
  | '['
  | ']'
  | '{'
  | '}'
  | '('
  | ')'
  | '.'
  | ','
  | '-'
  | '!'
  | '?'
  | ':'
  | '+'
  | '*'
  | '/'
  | '%'
  | 'true'
  | 'false'
  | 'null'
  | 'NUM_FLOAT'
  | 'NUM_INT'
  | 'NUM_UINT'
  | 'STRING'
  | 'BYTES'
  | 'IDENTIFIER'
  | 'ESC_IDENTIFIER';

export interface Token {
  readonly kind: TokenKind;
  /** As written; `<EOF>` for the end. */
  readonly text: string;
  /** In UTF-16 units. */
  readonly offset: number;
}

/** The order in which syntax errors list what they expect. */
const order: readonly TokenKind[] =
  '== != in < <= >= > && || [ ] { } ( ) . , - ! ? : + * / % true false null NUM_FLOAT NUM_INT NUM_UINT STRING BYTES IDENTIFIER ESC_IDENTIFIER'.split(
    ' ',
  ) as TokenKind[];

/** A set of kinds as syntax errors write it: `')'`, `{']', ','}`. */
export function formatKinds(kinds: Iterable<TokenKind>): string {
  const names = [...kinds]
    .sort((a, b) => order.indexOf(a) - order.indexOf(b))
    .map((kind) => (kind === '<EOF>' || /^[A-Z]/.test(kind) ? kind : `'${kind}'`));
  return names.length === 1 ? (names[0] as string) : `{${names.join(', ')}}`;
}
