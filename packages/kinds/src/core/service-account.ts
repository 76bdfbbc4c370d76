import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, list, type Infer } from '@kajitori/schema';
import { LocalObjectReference, ObjectReference } from './references.ts';
import { ageColumn, countColumn, nameColumn } from '../meta/columns.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const ServiceAccount = topLevel(
  'io.k8s.api.core.v1.ServiceAccount',
  {
    secrets: list(2, () => ObjectReference)
      .mapBy('name')
      .patch('merge', 'name')
      .describe('Secrets that its pods may use, where that is enforced.'),
    imagePullSecrets: list(3, () => LocalObjectReference)
      .atomic()
      .describe('Secrets for pulling the images of its pods.'),
    automountServiceAccountToken: boolean(4).keepsZero().describe('Whether its pods get a token unless they decline.'),
  },
  { description: 'An identity for programs in pods.' },
);
export type ServiceAccount = Infer<typeof ServiceAccount>;

export const serviceAccounts: Kind<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  schema: ServiceAccount,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    token: { kind: 'authentication.k8s.io/v1/TokenRequest', verbs: ['create'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    warnings: ({ metadata }) =>
      metadata.annotations?.['kubernetes.io/enforce-mountable-secrets'] === undefined
        ? []
        : [
            'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
          ],
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    countColumn(
      'Secrets',
      'Secrets that it lists; tokens are made on request and are not among them.',
      ({ secrets }) => secrets?.length ?? 0,
    ),
    ageColumn,
  ],
};
