/** The libraries that expressions of Kubernetes v1.36 may use, wherever they stand. */
import type { Library } from '../functions/declaration.ts';
import { comprehensionLibrary } from './comprehensions.ts';
import { optionalLibrary } from './optional.ts';

export const kubernetesLibraries: readonly Library[] = [optionalLibrary, comprehensionLibrary];
