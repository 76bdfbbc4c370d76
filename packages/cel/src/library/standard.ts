/** What the language itself has. */
import { conversions } from '../functions/conversions.ts';
import type { Library } from '../functions/declaration.ts';
import { operators } from '../functions/operators.ts';
import { textFunctions } from '../functions/text.ts';
import { timeFields } from '../functions/time-fields.ts';

export const standardLibrary: Library = { name: 'standard', functions: [...operators, ...conversions, ...textFunctions, ...timeFields] };
