/** `find` and `findAll`. */
import { declareFunction, type Library, member } from '../functions/declaration.ts';
import { compilePattern } from '../functions/pattern.ts';
import { types } from '../types/type.ts';
import { ArrayList, type Int, type ListValue } from '../values/value.ts';

const { int, string } = types;

function find(text: string, pattern: string): string {
  const matcher = compilePattern(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(text: string, pattern: string, limit: Int = -1): ListValue {
  const found: string[] = [];
  const matcher = compilePattern(pattern).matcher(text);
  const most = limit < 0 ? Infinity : Number(limit);
  while (found.length < most && matcher.find()) found.push(matcher.group() ?? '');
  return new ArrayList(found);
}

export const regexLibrary: Library = {
  name: 'regex',
  functions: [
    declareFunction('find', member('string_find_string', [string, string], string, find)),
    declareFunction(
      'findAll',
      member('string_find_all_string', [string, string], types.list(string), findAll),
      member('string_find_all_string_int', [string, string, int], types.list(string), findAll),
    ),
  ],
};
