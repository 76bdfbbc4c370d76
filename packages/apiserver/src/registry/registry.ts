import type { Clock } from '@kajitori/apimachinery';
import type { Admission } from '../admission/admission.ts';
import type { CompanionSet } from '../companions/companions.ts';

/** What the verbs need beside the call. */
export interface Registry {
  clock: Clock;
  admission: Admission;
  companions: CompanionSet;
}
