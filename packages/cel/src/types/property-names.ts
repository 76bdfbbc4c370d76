/**
 * How Kubernetes writes a JSON property's name as a CEL identifier: `a-b` is `a__dash__b`, `namespace` is `__namespace__`.
 * Rule: "Escaping" under Validation rules in the documentation of CustomResourceDefinitions.
 */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

const escapes = new Map([
  ['__', 'underscores'],
  ['.', 'dot'],
  ['-', 'dash'],
  ['/', 'slash'],
]);
const unescapes = new Map([...escapes].map(([text, word]) => [word, text]));

const identifierForm = /^[A-Za-z_./-][A-Za-z0-9_./-]*$/;

/** Undefined when the property cannot be named in CEL: such a property is not accessible to expressions. */
export function escapePropertyName(property: string): string | undefined {
  if (reserved.has(property)) return `__${property}__`;
  if (!identifierForm.test(property)) return undefined;
  return property.replaceAll(/__|[-./]/g, (match) => `__${escapes.get(match)}__`);
}

/** The property that an escaped name stands for; undefined when it holds an escape that is none. */
export function unescapePropertyName(name: string): string | undefined {
  let valid = true;
  const property = name.replaceAll(/__[^_]+__/g, (match) => {
    const word = match.slice(2, -2);
    const text = unescapes.get(word);
    if (text !== undefined) return text;
    if (!reserved.has(word) || match.length !== name.length) valid = false;
    return word;
  });
  return valid ? property : undefined;
}
