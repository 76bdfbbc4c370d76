import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { MatchCondition, RuleWithOperations } from './match-resources.ts';
import { WebhookClientConfig } from './webhook-client-config.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn } from '../meta/columns.ts';
import { validateWebhooks } from './validate-webhooks.ts';

export const ValidatingWebhookConfiguration = topLevel('io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration', {
  webhooks: list(2, () => ValidatingWebhook)
    .mapBy('name')
    .patch('merge', 'name'),
});
export type ValidatingWebhookConfiguration = Infer<typeof ValidatingWebhookConfiguration>;

export const ValidatingWebhook = object('io.k8s.api.admissionregistration.v1.ValidatingWebhook', {
  name: string(1).required(),
  clientConfig: ref(2, () => WebhookClientConfig).required(),
  rules: list(3, () => RuleWithOperations).atomic(),
  failurePolicy: string(4).keepsZero().default('Fail'),
  namespaceSelector: ref(5, () => LabelSelector).byValue(),
  sideEffects: string(6).required(),
  timeoutSeconds: int32(7).keepsZero().default(10),
  admissionReviewVersions: list(8, string()).required().atomic(),
  matchPolicy: string(9).keepsZero().default('Equivalent'),
  objectSelector: ref(10, () => LabelSelector).byValue(),
  matchConditions: list(11, () => MatchCondition)
    .mapBy('name')
    .patch('merge', 'name'),
});
export type ValidatingWebhook = Infer<typeof ValidatingWebhook>;

export const validatingWebhookConfigurations: Kind<ValidatingWebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  singular: 'validatingwebhookconfiguration',
  categories: ['api-extensions'],
  namespaced: false,
  schema: ValidatingWebhookConfiguration,
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
