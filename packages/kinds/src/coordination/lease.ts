import { dns1123SubdomainError, type FieldError, invalid, notSupported } from '@kajitori/apimachinery';
import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { nonNegative } from '../meta/numbers.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { MicroTime } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';

export const Lease = topLevel(
  'io.k8s.api.coordination.v1.Lease',
  {
    spec: ref(2, () => LeaseSpec)
      .always()
      .describe('Who holds it, since when, for how long.'),
  },
  { description: 'A claim that someone renews for as long as it holds: heartbeats of nodes, elections of leaders.' },
);
export type Lease = Infer<typeof Lease>;

export const LeaseSpec = object('io.k8s.api.coordination.v1.LeaseSpec', {
  holderIdentity: string(1).keepsZero().describe('Who holds the lease.'),
  leaseDurationSeconds: int32(2).keepsZero().describe('How long others must wait after the last renewal before they may take it.'),
  acquireTime: ref(3, () => MicroTime).describe('When the present holder took it.'),
  renewTime: ref(4, () => MicroTime).describe('When the holder last renewed it.'),
  leaseTransitions: int32(5).keepsZero().describe('How often it went from one holder to another.'),
  strategy: string(6).keepsZero().describe('How a leader is chosen in coordinated elections.'),
  preferredHolder: string(7).keepsZero().describe('Who should take it next.'),
});
export type LeaseSpec = Infer<typeof LeaseSpec>;

const strategies = ['OldestEmulationVersion'];

function validateLease({ spec }: Lease): FieldError[] {
  const { holderIdentity, leaseDurationSeconds: seconds, preferredHolder, strategy } = spec;
  const errors = nonNegative('spec.leaseTransitions', spec.leaseTransitions);
  if (holderIdentity === '') errors.push(invalid('spec.holderIdentity', '', 'must not be empty'));
  if (seconds !== undefined && seconds <= 0) errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  if (strategy !== undefined && !strategies.includes(strategy) && !strategy.includes('/'))
    errors.push(notSupported('spec.strategy', strategy, strategies));
  if (preferredHolder !== undefined && preferredHolder !== '' && strategy === undefined) {
    errors.push(invalid('spec.preferredHolder', preferredHolder, 'may only be specified if strategy is defined'));
  }
  return errors;
}

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
    validate: validateLease,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, textColumn('Holder', 'Who holds it.', ({ spec }) => spec.holderIdentity ?? ''), ageColumn],
};
