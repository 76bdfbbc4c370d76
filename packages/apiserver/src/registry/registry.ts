import type { Clock } from '@kajitori/apimachinery';
import type { Admission } from '../admission/admission.ts';

/** What the verbs need beside the call. */
export interface Registry {
  clock: Clock;
  admission: Admission;
}
