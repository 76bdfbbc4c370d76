/** What the macros of two variables stand on; the evaluator collects their entries itself. */
import { EvaluationError } from '../errors.ts';
import { declareFunction, type Library, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';

const k = types.param('K');
const v = types.param('V');
const map = types.map(k, v);

function collected(): never {
  throw new EvaluationError('no such overload');
}

export const comprehensionLibrary: Library = {
  name: 'comprehensions',
  functions: [
    declareFunction(
      'cel.@mapInsert',
      overload('@mapInsert_map_map', [map, map], map, collected),
      overload('@mapInsert_map_key_value', [map, k, v], map, collected),
    ),
  ],
};
