import { type FieldError, invalid, notSupported, required, tooMany, typeInvalid } from '@kajitori/apimachinery';
import { auditLevels, type AuditPolicy, auditStages } from './audit-policy.ts';

/** Rules of one policy, and entries of one list in it. */
const auditRulesMax = 200;
const entriesMax = 200;

type Check = (field: string, value: unknown) => FieldError[];

/** Reads what somebody sent as a policy; a policy comes out only when nothing is wrong with it. Pure. */
export function parseAuditPolicy(value: unknown): { policy: AuditPolicy | undefined; errors: FieldError[] } {
  const errors = policyCheck('', value);
  return { policy: errors.length > 0 ? undefined : (value as AuditPolicy), errors };
}

const text: Check = (field, value) => (typeof value === 'string' ? [] : [typeInvalid(field, value, 'must be a string')]);
const flag: Check = (field, value) => (typeof value === 'boolean' ? [] : [typeInvalid(field, value, 'must be a boolean')]);
const anyObject: Check = (field, value) => (isRecord(value) ? [] : [typeInvalid(field, value, 'must be an object')]);
const oneOf =
  (supported: readonly string[]): Check =>
  (field, value) =>
    supported.includes(value as string) ? [] : [notSupported(field, value, supported)];

const listOf =
  (check: Check, max = entriesMax): Check =>
  (field, value) => {
    if (!Array.isArray(value)) return [typeInvalid(field, value, 'must be an array')];
    if (value.length > max) return [tooMany(field, value.length, max)];
    return value.flatMap((one: unknown, at) => check(`${field}[${at}]`, one));
  };

const objectOf =
  (checks: Readonly<Record<string, Check>>, requires: readonly string[]): Check =>
  (field, value) => {
    if (!isRecord(value)) return [typeInvalid(field, value, 'must be an object')];
    const path = (name: string): string => (field === '' ? name : `${field}.${name}`);
    const missing = requires.filter((name) => value[name] === undefined).map((name) => required(path(name)));
    const wrong = Object.entries(value).flatMap(([name, part]) => {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (check === undefined) return [invalid(path(name), part, 'unknown field')];
      return part === undefined ? [] : check(path(name), part);
    });
    return [...missing, ...wrong];
  };

/** A path from the root; `*` only at its end. */
const nonResourceUrl: Check = (field, value) => {
  if (typeof value !== 'string') return text(field, value);
  if (value === '*') return [];
  if (!value.startsWith('/')) return [invalid(field, value, "non-resource URL rules must begin with a '/' character")];
  if (value.slice(0, -1).includes('*'))
    return [invalid(field, value, "non-resource URL wildcards '*' must be the final character of the rule")];
  return [];
};

const groupForm = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$/;

const group: Check = (field, value) => {
  if (typeof value !== 'string') return text(field, value);
  return groupForm.test(value) && value.length <= 253 ? [] : [invalid(field, value, 'must be a DNS subdomain')];
};

const resourcesFields = objectOf({ group, resources: listOf(text), resourceNames: listOf(text) }, []);

const groupResources: Check = (field, value) => {
  const errors = resourcesFields(field, value);
  if (errors.length > 0) return errors;
  const { resources = [], resourceNames = [] } = value as { resources?: unknown[]; resourceNames?: unknown[] };
  if (resourceNames.length === 0 || resources.length > 0) return [];
  return [invalid(`${field}.resourceNames`, resourceNames, 'using resourceNames requires at least one resource')];
};

const stages = listOf(oneOf(auditStages));

const ruleFields = objectOf(
  {
    level: oneOf(auditLevels),
    users: listOf(text),
    userGroups: listOf(text),
    verbs: listOf(text),
    resources: listOf(groupResources),
    namespaces: listOf(text),
    nonResourceURLs: listOf(nonResourceUrl),
    omitStages: stages,
    omitManagedFields: flag,
  },
  ['level'],
);

const rule: Check = (field, value) => {
  const errors = ruleFields(field, value);
  if (errors.length > 0) return errors;
  const { nonResourceURLs = [], resources = [], namespaces = [] } = value as Record<string, unknown[] | undefined>;
  if (nonResourceURLs.length === 0 || resources.length + namespaces.length === 0) return [];
  return [invalid(`${field}.nonResourceURLs`, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs')];
};

const policyCheck = objectOf(
  {
    apiVersion: oneOf(['audit.k8s.io/v1']),
    kind: oneOf(['Policy']),
    metadata: anyObject,
    rules: listOf(rule, auditRulesMax),
    omitStages: stages,
    omitManagedFields: flag,
  },
  ['apiVersion', 'kind', 'rules'],
);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
