import type { IntOrString as IntOrStringValue } from '@kajitori/apimachinery';
import { coded } from '@kajitori/schema';

/** A number, or text such as `25%` or the name of a port. */
export const IntOrString = coded<IntOrStringValue>('io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'intOrString', {
  type: 'string',
  format: 'int-or-string',
  'x-kubernetes-int-or-string': true,
});
export type IntOrString = IntOrStringValue;
