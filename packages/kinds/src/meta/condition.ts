import { int64, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from './time.ts';

export const Condition = object('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  type: string(1).required().describe('What is judged, in CamelCase.'),
  status: string(2).required().describe('True, False or Unknown.'),
  observedGeneration: int64(3).describe('The generation of the object that this status was made from.'),
  lastTransitionTime: ref(4, () => Time)
    .required()
    .describe('When the status last changed.'),
  reason: string(5).required().describe('One word that says why.'),
  message: string(6).required().describe('A sentence for people.'),
});
export type Condition = Infer<typeof Condition>;
