import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { MicroTime } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';

export const Lease = topLevel('io.k8s.api.coordination.v1.Lease', {
  spec: ref(2, () => LeaseSpec).always(),
});
export type Lease = Infer<typeof Lease>;

export const LeaseSpec = object('io.k8s.api.coordination.v1.LeaseSpec', {
  holderIdentity: string(1),
  leaseDurationSeconds: int32(2),
  acquireTime: ref(3, () => MicroTime),
  renewTime: ref(4, () => MicroTime),
  leaseTransitions: int32(5),
  strategy: string(6),
  preferredHolder: string(7),
});
export type LeaseSpec = Infer<typeof LeaseSpec>;

export const leases: Kind<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  namespaced: true,
  schema: Lease,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
  },
};
