import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { MatchCondition, RuleWithOperations } from './match-resources.ts';
import { WebhookClientConfig } from './webhook-client-config.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn } from '../meta/columns.ts';
import { validateWebhooks } from './validate-webhooks.ts';

export const MutatingWebhookConfiguration = topLevel('io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration', {
  webhooks: list(2, () => MutatingWebhook)
    .mapBy('name')
    .patch('merge', 'name'),
});
export type MutatingWebhookConfiguration = Infer<typeof MutatingWebhookConfiguration>;

export const MutatingWebhook = object('io.k8s.api.admissionregistration.v1.MutatingWebhook', {
  name: string(1).required(),
  clientConfig: ref(2, () => WebhookClientConfig).required(),
  rules: list(3, () => RuleWithOperations).atomic(),
  failurePolicy: string(4).keepsZero().default('Fail'),
  namespaceSelector: ref(5, () => LabelSelector).byValue(),
  sideEffects: string(6).required(),
  timeoutSeconds: int32(7).keepsZero().default(10),
  admissionReviewVersions: list(8, string()).required().atomic(),
  matchPolicy: string(9).keepsZero().default('Equivalent'),
  reinvocationPolicy: string(10).keepsZero().default('Never'),
  objectSelector: ref(11, () => LabelSelector).byValue(),
  matchConditions: list(12, () => MatchCondition)
    .mapBy('name')
    .patch('merge', 'name'),
});
export type MutatingWebhook = Infer<typeof MutatingWebhook>;

export const mutatingWebhookConfigurations: Kind<MutatingWebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  singular: 'mutatingwebhookconfiguration',
  categories: ['api-extensions'],
  namespaced: false,
  schema: MutatingWebhookConfiguration,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    validate: validateWebhooks,
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, countColumn('Webhooks', 'How many webhooks it has.', ({ webhooks }) => webhooks?.length ?? 0), ageColumn],
};
