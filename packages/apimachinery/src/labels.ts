import { labelValueError, qualifiedNameError } from './names.ts';
import { badRequest } from './status-error.ts';

/** One term of a label selector; all terms must hold (apimachinery `labels.Requirement`). */
export interface LabelRequirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan';
  values: readonly string[];
}

/** Empty: everything matches. */
export type LabelSelector = readonly LabelRequirement[];

/** `metav1.LabelSelector`, as objects carry it. */
export interface LabelSelectorObject {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Most terms in one selector; a longer one is refused before any work is done. */
const termsMax = 256;

export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> | undefined): boolean {
  return selector.every((term) =>
    matchesTerm(term, labels !== undefined && Object.hasOwn(labels, term.key) ? labels[term.key] : undefined),
  );
}

function matchesTerm({ operator, values }: LabelRequirement, actual: string | undefined): boolean {
  switch (operator) {
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'GreaterThan':
    case 'LessThan': {
      if (actual === undefined || !/^-?\d+$/.test(actual)) return false;
      const [left, right] = [BigInt(actual), BigInt(values[0] ?? '0')];
      return operator === 'GreaterThan' ? left > right : left < right;
    }
  }
}

/** The selector of a Deployment or a Service as terms. An absent selector selects nothing (undefined); an empty one everything. */
export function selectorOf(object: LabelSelectorObject | undefined): LabelSelector | undefined {
  if (object === undefined) return undefined;
  const terms: LabelRequirement[] = Object.entries(object.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  for (const { key, operator, values } of object.matchExpressions ?? []) {
    terms.push({ key, operator: operator as LabelRequirement['operator'], values: values ?? [] });
  }
  return terms;
}

/** Canonical text of a selector, as `status.selector` of a Scale and list queries carry it. */
export function formatSelector(selector: LabelSelector): string {
  return [...selector]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(formatTerm)
    .join(',');
}

function formatTerm({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'GreaterThan':
      return `${key}>${values[0] ?? ''}`;
    case 'LessThan':
      return `${key}<${values[0] ?? ''}`;
    case 'In':
      return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0] ?? ''}` : `${key} notin (${[...values].sort().join(',')})`;
  }
}

type Token = { type: 'word' | 'symbol'; text: string; at: number };

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const form = /\s*(?:(==|!=|[=,()<>!])|([^\s,()=<>!]+))/gy;
  let at = 0;
  while (at < text.length) {
    form.lastIndex = at;
    const match = form.exec(text);
    if (match === null) {
      if (text.slice(at).trim() === '') break;
      throw badRequest(`unable to parse requirement: unexpected character at ${at} of ${JSON.stringify(text)}`);
    }
    tokens.push({ type: match[1] === undefined ? 'word' : 'symbol', text: match[1] ?? match[2] ?? '', at });
    at = form.lastIndex;
  }
  return tokens;
}

/**
 * Parses the query form: `app=web,tier in (a,b),!canary,size>3`.
 * @throws StatusError BadRequest, naming what was found.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokensOf(text);
  const terms: LabelRequirement[] = [];
  let next = 0;
  const found = (): string => tokens[next]?.text ?? 'end of string';
  const take = (symbol: string): boolean => {
    if (tokens[next]?.type !== 'symbol' || tokens[next]?.text !== symbol) return false;
    next += 1;
    return true;
  };
  const word = (): string | undefined => {
    const token = tokens[next];
    if (token?.type !== 'word') return undefined;
    next += 1;
    return token.text;
  };
  const valueList = (): string[] => {
    if (!take('(')) throw badRequest(`unable to parse requirement: found '${found()}', expected: '('`);
    const values: string[] = [];
    do values.push(word() ?? '');
    while (take(','));
    if (!take(')')) throw badRequest(`unable to parse requirement: found '${found()}', expected: ',' or ')'`);
    return values;
  };
  while (next < tokens.length) {
    const absent = take('!');
    const key = word();
    if (key === undefined) throw badRequest(`unable to parse requirement: found '${found()}', expected: !, identifier, or 'end of string'`);
    terms.push(checkedTerm(absent ? { key, operator: 'DoesNotExist', values: [] } : operatorTerm(key)));
    if (terms.length > termsMax) throw badRequest(`a selector may have at most ${termsMax} requirements`);
    if (next < tokens.length && !take(','))
      throw badRequest(`unable to parse requirement: found '${found()}', expected: ',' or 'end of string'`);
    else if (next === tokens.length && tokens.at(-1)?.text === ',')
      throw badRequest("unable to parse requirement: found '', expected: identifier after ','");
  }
  return terms;

  function operatorTerm(key: string): LabelRequirement {
    if (take('=') || take('==')) return { key, operator: 'In', values: [word() ?? ''] };
    if (take('!=')) return { key, operator: 'NotIn', values: [word() ?? ''] };
    if (take('>')) return { key, operator: 'GreaterThan', values: [word() ?? ''] };
    if (take('<')) return { key, operator: 'LessThan', values: [word() ?? ''] };
    if (tokens[next]?.type === 'word') {
      const operator = word();
      if (operator === 'in') return { key, operator: 'In', values: valueList() };
      if (operator === 'notin') return { key, operator: 'NotIn', values: valueList() };
      throw badRequest(`unable to parse requirement: found '${operator ?? ''}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    return { key, operator: 'Exists', values: [] };
  }
}

function checkedTerm(term: LabelRequirement): LabelRequirement {
  const wrongKey = qualifiedNameError(term.key);
  if (wrongKey !== undefined)
    throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(term.key)}: ${wrongKey}`);
  if (term.operator === 'GreaterThan' || term.operator === 'LessThan') {
    const bound = term.values[0] ?? '';
    if (!/^-?\d{1,19}$/.test(bound))
      throw badRequest(
        `unable to parse requirement: values[0][${term.key}]: Invalid value: ${JSON.stringify(bound)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    return term;
  }
  for (const value of term.values) {
    const wrong = labelValueError(value);
    if (wrong !== undefined)
      throw badRequest(`unable to parse requirement: values[0][${term.key}]: Invalid value: ${JSON.stringify(value)}: ${wrong}`);
  }
  return term;
}
