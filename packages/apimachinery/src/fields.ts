import { badRequest } from './status-error.ts';

/** One term of a field selector; all must hold. Only equality exists. */
export interface FieldRequirement {
  field: string;
  operator: '=' | '!=';
  value: string;
}

export type FieldSelector = readonly FieldRequirement[];

/** `fields` holds the selectable fields of the object; an absent one equals the empty string. */
export function matchesFields(selector: FieldSelector, fields: Readonly<Record<string, string>>): boolean {
  return selector.every(
    ({ field, operator, value }) => ((Object.hasOwn(fields, field) ? fields[field] : '') === value) === (operator === '='),
  );
}

/** Splits at commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let term = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) {
      term += text.slice(at, at + 2);
      at += 1;
    } else if (text[at] === ',') {
      terms.push(term);
      term = '';
    } else term += text[at];
  }
  terms.push(term);
  return terms;
}

/**
 * Parses `status.phase!=Running,spec.nodeName=a`. Which fields a kind supports is for the caller to check.
 * @throws StatusError BadRequest for a term without an operator.
 */
export function parseFieldSelector(text: string): FieldSelector {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]*)(==|!=|=)([\s\S]*)$/.exec(term);
      if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      return { field: match[1] ?? '', operator: match[2] === '!=' ? '!=' : '=', value: (match[3] ?? '').replace(/\\(.)/g, '$1') };
    });
}
