import { compareQuantities, forbidden, parseQuantity } from '@kajitori/apimachinery';
import { type PersistentVolumeClaim, persistentVolumeClaims, storageClasses } from '@kajitori/kinds';
import { groupResourceOf } from '../call.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isOf } from './is-of.ts';
import type { PolicySource } from './policy-source.ts';

/** Lets only bound claims grow, and only those whose class can enlarge volumes. */
export function claimResize(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: (request) => request.operation === 'UPDATE' && isOf(persistentVolumeClaims, request),
    async validate({ call, object, old }) {
      const [claim, before] = [object as PersistentVolumeClaim, old as PersistentVolumeClaim];
      if (!grows(before, claim)) return;
      const refuse = (why: string): never => {
        throw forbidden(groupResourceOf(call.kind), claim.metadata.name ?? '', why);
      };
      if (before.status?.phase !== 'Bound') refuse('Only bound persistent volume claims can be expanded');
      const name = claim.spec.storageClassName ?? claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? '';
      const found = (await policies.all(call, storageClasses)).find(({ metadata }) => metadata.name === name);
      if (found?.allowVolumeExpansion !== true) {
        refuse('only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
      }
    },
  };
}

function grows(before: PersistentVolumeClaim, claim: PersistentVolumeClaim): boolean {
  const [then, now] = [before, claim].map(({ spec }) => parseQuantity(spec.resources?.requests?.['storage'] ?? '0'));
  return then !== undefined && now !== undefined && compareQuantities(now, then) > 0;
}
