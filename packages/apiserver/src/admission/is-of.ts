import type { Kind } from '@kajitori/kinds';
import type { AdmissionRequest } from './admission.ts';

/** Whether a request is about objects of a kind themselves, not a subresource of theirs. */
export function isOf(kind: Pick<Kind, 'group' | 'plural'>, { call }: AdmissionRequest): boolean {
  return call.subresource === '' && call.kind.plural === kind.plural && call.kind.group === kind.group;
}

export function isNewOf(kind: Pick<Kind, 'group' | 'plural'>, request: AdmissionRequest): boolean {
  return request.operation === 'CREATE' && isOf(kind, request);
}
