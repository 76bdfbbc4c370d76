import { type FieldError, invalid, type KubeObject, required } from '@kajitori/apimachinery';

interface Selector {
  rawSelector?: string;
  requirements?: readonly unknown[];
}

export interface AccessSpec {
  resourceAttributes?: {
    verb?: string;
    group?: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
    fieldSelector?: Selector;
    labelSelector?: Selector;
  };
  nonResourceAttributes?: { verb?: string; path?: string };
  user?: string;
  groups?: string[];
}

/** What is wrong with a question about access, in Kubernetes' words (`ValidateSubjectAccessReviewSpec` and its like). Pure. */
export function accessReviewErrors(object: KubeObject, { about }: { about: 'self' | 'anybody' }): FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path, user = '', groups = [] } = (object['spec'] ?? {}) as AccessSpec;
  const errors: FieldError[] = [];
  if (resource !== undefined && path !== undefined) {
    errors.push(invalid('spec.nonResourceAttributes', path, 'cannot be specified in combination with resourceAttributes'));
  }
  if (resource === undefined && path === undefined) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalid('spec.resourceAttributes', undefined, why));
  }
  if (about === 'anybody' && user === '' && groups.length === 0) {
    errors.push(invalid('spec.user', user, 'at least one of user or group must be specified'));
  }
  for (const name of ['fieldSelector', 'labelSelector'] as const) errors.push(...selectorErrors(resource?.[name], name));
  return errors;
}

/** What more a question about one namespace must be. */
export function localReviewErrors({ spec }: KubeObject, namespace: string): FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path } = (spec ?? {}) as AccessSpec;
  const errors: FieldError[] = [];
  if (resource !== undefined && (resource.namespace ?? '') !== namespace) {
    errors.push(invalid('spec.resourceAttributes.namespace', resource.namespace ?? '', 'must match metadata.namespace'));
  }
  if (path !== undefined) errors.push(invalid('spec.nonResourceAttributes', path, 'disallowed on this kind of request'));
  return errors;
}

function selectorErrors(selector: Selector | undefined, name: string): FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const path = `spec.resourceAttributes.${name}`;
  if (rawSelector !== '' && requirements.length > 0) {
    return [invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')];
  }
  if (rawSelector !== '' || requirements.length > 0) return [];
  return [required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`)];
}
