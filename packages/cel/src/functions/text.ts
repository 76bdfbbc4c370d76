/** The language's own functions on strings. */
import { types } from '../types/type.ts';
import { declareFunction, type FunctionDeclaration, member, overload } from './declaration.ts';
import { matches } from './pattern.ts';

const { bool, string } = types;

export const textFunctions: readonly FunctionDeclaration[] = [
  declareFunction(
    'contains',
    member('contains_string', [string, string], bool, (text: string, part: string) => text.includes(part)),
  ),
  declareFunction(
    'endsWith',
    member('ends_with_string', [string, string], bool, (text: string, part: string) => text.endsWith(part)),
  ),
  declareFunction(
    'startsWith',
    member('starts_with_string', [string, string], bool, (text: string, part: string) => text.startsWith(part)),
  ),
  declareFunction(
    'matches',
    overload('matches', [string, string], bool, matches),
    member('matches_string', [string, string], bool, matches),
  ),
];
