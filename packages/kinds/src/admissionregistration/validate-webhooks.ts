import { dns1123SubdomainError, type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import type { LabelSelector } from '../meta/label-selector.ts';
import { validateLabelSelector } from '../meta/validate-labels.ts';
import type { MatchCondition, RuleWithOperations } from './match-resources.ts';
import { validateMatchConditions } from './validate-expressions.ts';
import { validateRule } from './validate-rules.ts';
import type { WebhookClientConfig, WebhookServiceReference } from './webhook-client-config.ts';

/** What mutating and validating webhooks have in common. */
interface Webhook {
  name: string;
  clientConfig: WebhookClientConfig;
  sideEffects: string;
  failurePolicy?: string;
  matchPolicy?: string;
  timeoutSeconds?: number;
  admissionReviewVersions: string[];
  rules?: RuleWithOperations[];
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  matchConditions?: MatchCondition[];
  reinvocationPolicy?: string;
}

const timeoutSecondsMax = 30;
const reviewVersions: ReadonlySet<string> = new Set(['v1', 'v1beta1']);

export function validateWebhooks({ webhooks = [] }: { webhooks?: Webhook[] }): FieldError[] {
  const names = new Set<string>();
  return webhooks.flatMap((webhook, index) => {
    const path = `webhooks[${index}]`;
    const errors = validateWebhook(webhook, path);
    if (names.has(webhook.name))
      errors.push({ reason: 'FieldValueDuplicate', field: `${path}.name`, message: `Duplicate value: ${JSON.stringify(webhook.name)}` });
    names.add(webhook.name);
    return errors;
  });
}

function validateWebhook(webhook: Webhook, path: string): FieldError[] {
  const { name, timeoutSeconds = 10, admissionReviewVersions: versions } = webhook;
  const errors: FieldError[] = [];
  const wrong = dns1123SubdomainError(name);
  if (name === '') errors.push(required(`${path}.name`));
  else if (wrong !== undefined) errors.push(invalid(`${path}.name`, name, wrong));
  else if (name.split('.').length < 3)
    errors.push(invalid(`${path}.name`, name, 'should be a domain with at least three segments separated by dots'));
  if (!versions.some((version) => reviewVersions.has(version)))
    errors.push(invalid(`${path}.admissionReviewVersions`, versions, 'must include at least one of v1, v1beta1'));
  if (timeoutSeconds < 1 || timeoutSeconds > timeoutSecondsMax) {
    errors.push(invalid(`${path}.timeoutSeconds`, timeoutSeconds, `the timeout value must be between 1 and ${timeoutSecondsMax} seconds`));
  }
  // Others may change the world on a dry run.
  const choices: [keyof Webhook, readonly string[]][] = [
    ['sideEffects', ['None', 'NoneOnDryRun']],
    ['failurePolicy', ['Fail', 'Ignore']],
    ['matchPolicy', ['Equivalent', 'Exact']],
    ['reinvocationPolicy', ['IfNeeded', 'Never']],
  ];
  for (const [key, allowed] of choices) {
    const value = webhook[key];
    if (typeof value === 'string' && !allowed.includes(value)) errors.push(notSupported(`${path}.${key}`, value, allowed));
  }
  return [
    ...errors,
    ...(webhook.rules ?? []).flatMap((rule, at) => validateRule(rule, `${path}.rules[${at}]`)),
    ...validateLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${path}.objectSelector`),
    ...validateMatchConditions(webhook.matchConditions ?? [], `${path}.matchConditions`, { params: false, authorizer: true }),
    ...validateClientConfig(webhook.clientConfig, `${path}.clientConfig`),
  ];
}

function validateClientConfig({ url, service }: WebhookClientConfig, field: string): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(field, 'exactly one of url or service is required')];
  if (service !== undefined) return validateService(service, `${field}.service`);
  const parsed = URL.parse(url ?? '');
  if (parsed === null) return [invalid(`${field}.url`, url, 'url must be a valid URL; desired format: https://host[/path]')];
  const errors: FieldError[] = [];
  if (parsed.protocol !== 'https:')
    errors.push(invalid(`${field}.url`, url, "'https' is the only allowed URL scheme; desired format: https://host[/path]"));
  if (parsed.username !== '') errors.push(forbiddenField(`${field}.url`, 'user information is not permitted in the URL'));
  if (parsed.hash !== '') errors.push(forbiddenField(`${field}.url`, 'fragments are not permitted in the URL'));
  if (parsed.search !== '') errors.push(forbiddenField(`${field}.url`, 'query parameters are not permitted in the URL'));
  return errors;
}

function validateService({ name, namespace, path = '', port = 443 }: WebhookServiceReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`, 'service name is required'));
  if (namespace === '') errors.push(required(`${field}.namespace`, 'service namespace is required'));
  if (port < 1 || port > 65_535) errors.push(invalid(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  if (path === '' || path === '/') return errors;
  if (path === '//') return [...errors, invalid(`${field}.path`, path, 'segment[0] may not be empty')];
  if (!path.startsWith('/')) return [...errors, invalid(`${field}.path`, path, "must start with a '/'")];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  for (const [at, segment] of segments.entries()) {
    const wrong = segment === '' ? 'may not be empty' : dns1123SubdomainError(segment);
    if (wrong !== undefined) errors.push(invalid(`${field}.path`, path, `segment[${at}]${segment === '' ? ' ' : ': '}${wrong}`));
  }
  return errors;
}
