/** The libraries that expressions of Kubernetes v1.36 may use, wherever they stand. */
import type { Library } from '../functions/declaration.ts';
import { comprehensionLibrary } from './comprehensions.ts';
import { encoderLibrary, jsonPatchLibrary } from './encoders.ts';
import { formatLibrary } from './formats.ts';
import { listLibrary } from './lists.ts';
import { mathLibrary } from './math.ts';
import { networkLibrary } from './network.ts';
import { optionalLibrary } from './optional.ts';
import { quantityLibrary } from './quantity.ts';
import { regexLibrary } from './regex.ts';
import { semverLibrary } from './semver.ts';
import { stringLibrary } from './strings.ts';
import { urlLibrary } from './url.ts';

export const kubernetesLibraries: readonly Library[] = [
  optionalLibrary,
  comprehensionLibrary,
  stringLibrary,
  listLibrary,
  regexLibrary,
  urlLibrary,
  quantityLibrary,
  networkLibrary,
  formatLibrary,
  semverLibrary,
  jsonPatchLibrary,
  mathLibrary,
  encoderLibrary,
];
