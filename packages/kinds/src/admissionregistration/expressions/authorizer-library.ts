/**
 * `authorizer` in expressions: asks whether somebody may do something. Each step of `authorizer.group('').resource('pods').check('get')` is a
 * value of its own; the last one asks.
 */
import {
  EvaluationError,
  type FunctionDeclaration,
  type Library,
  OpaqueValue,
  type Overload,
  type Type,
  types,
  type Value,
} from '@kajitori/cel';
import { dns1123SubdomainError, parseLabelSelector } from '@kajitori/apimachinery';

const named = (name: string): Type => types.opaque(`kubernetes.authorization.${name}`);
export const authorizerType: Type = named('Authorizer');
export const resourceCheckType: Type = named('ResourceCheck');
const pathCheckType = named('PathCheck');
const groupCheckType = named('GroupCheck');
const decisionType = named('Decision');

interface Subject {
  name: string;
  groups: readonly string[];
}

interface Decision {
  allowed: boolean;
  reason: string;
}

/** How a question is answered, at once. */
export type DecideForExpression = (asked: { user: Subject; verb: string; resource?: CheckedResource; path?: string }) => Decision;

/** Who asks, and how it is answered. */
interface Asker {
  decide: DecideForExpression;
  user: Subject;
}

class AuthorizerValue extends OpaqueValue {
  readonly type = authorizerType;
  readonly asker: Asker;
  constructor(asker: Asker) {
    super();
    this.asker = asker;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

class PathCheck extends OpaqueValue {
  readonly type = pathCheckType;
  readonly asker: Asker;
  readonly path: string;
  constructor(asker: Asker, path: string) {
    super();
    this.asker = asker;
    this.path = path;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

class GroupCheck extends OpaqueValue {
  readonly type = groupCheckType;
  readonly asker: Asker;
  readonly group: string;
  constructor(asker: Asker, group: string) {
    super();
    this.asker = asker;
    this.group = group;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

interface CheckedResource {
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

class ResourceCheck extends OpaqueValue {
  readonly type = resourceCheckType;
  readonly asker: Asker;
  readonly resource: CheckedResource;
  constructor(asker: Asker, resource: CheckedResource) {
    super();
    this.asker = asker;
    this.resource = resource;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
  with(part: Partial<CheckedResource>): ResourceCheck {
    return new ResourceCheck(this.asker, { ...this.resource, ...part });
  }
}

class DecisionValue extends OpaqueValue {
  readonly type = decisionType;
  readonly decision: Decision;
  constructor(decision: Decision) {
    super();
    this.decision = decision;
  }
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

/** The value of `authorizer`. */
export function authorizerValue(decide: DecideForExpression, user: Subject): Value {
  return new AuthorizerValue({ decide, user });
}

/** The value of `authorizer.requestResource`. */
export function requestResourceValue(decide: DecideForExpression, user: Subject, resource: CheckedResource): Value {
  return new ResourceCheck({ decide, user }, resource);
}

/** Overloads take values that fit their declared types, which is what the casts of their implementations rest on. */
function method(name: string, id: string, args: readonly Type[], result: Type, evaluate: (...args: never[]) => Value): FunctionDeclaration {
  const overload: Overload = { id, member: true, args, result, evaluate };
  return { name, overloads: [overload] };
}

const { string, bool } = types;

export const authorizerLibrary: Library = {
  name: 'kubernetes.authz',
  functions: [
    method('path', 'authorizer_path', [authorizerType, string], pathCheckType, ({ asker }: AuthorizerValue, path: string) => {
      if (path.length === 0) throw new EvaluationError('path must not be empty');
      return new PathCheck(asker, path);
    }),
    method('group', 'authorizer_group', [authorizerType, string], groupCheckType, ({ asker }: AuthorizerValue, group: string) => {
      return new GroupCheck(asker, group);
    }),
    method('serviceAccount', 'authorizer_serviceaccount', [authorizerType, string, string], authorizerType, serviceAccount),
    method(
      'resource',
      'groupcheck_resource',
      [groupCheckType, string],
      resourceCheckType,
      ({ asker, group }: GroupCheck, resource: string) => {
        return new ResourceCheck(asker, { group, resource, subresource: '', namespace: '', name: '' });
      },
    ),
    method(
      'subresource',
      'resourcecheck_subresource',
      [resourceCheckType, string],
      resourceCheckType,
      (check: ResourceCheck, subresource: string) => check.with({ subresource }),
    ),
    method(
      'namespace',
      'resourcecheck_namespace',
      [resourceCheckType, string],
      resourceCheckType,
      (check: ResourceCheck, namespace: string) => check.with({ namespace }),
    ),
    method('name', 'resourcecheck_name', [resourceCheckType, string], resourceCheckType, (check: ResourceCheck, name: string) =>
      check.with({ name }),
    ),
    // Authorization here does not look at selectors: who may list all may list some.
    method('fieldSelector', 'authorizer_fieldselector', [resourceCheckType, string], resourceCheckType, (check: ResourceCheck) => check),
    method(
      'labelSelector',
      'authorizer_labelselector',
      [resourceCheckType, string],
      resourceCheckType,
      (check: ResourceCheck, text: string) => {
        parseLabelSelector(text);
        return check;
      },
    ),
    {
      name: 'check',
      overloads: [
        {
          id: 'pathcheck_check',
          member: true,
          args: [pathCheckType, string],
          result: decisionType,
          evaluate: ({ asker: { decide, user }, path }: PathCheck, verb: string) => new DecisionValue(decide({ user, verb, path })),
        },
        {
          id: 'resourcecheck_check',
          member: true,
          args: [resourceCheckType, string],
          result: decisionType,
          evaluate: ({ asker: { decide, user }, resource }: ResourceCheck, verb: string) =>
            new DecisionValue(decide({ user, verb, resource })),
        },
      ],
    },
    // Decisions here never fail: what is not allowed is denied.
    method('errored', 'decision_errored', [decisionType], bool, () => false),
    method('error', 'decision_error', [decisionType], string, () => ''),
    method('allowed', 'decision_allowed', [decisionType], bool, ({ decision }: DecisionValue) => decision.allowed),
    method('reason', 'decision_reason', [decisionType], string, ({ decision }: DecisionValue) => decision.reason),
  ],
};

function serviceAccount({ asker }: AuthorizerValue, namespace: string, name: string): Value {
  const wrong = dns1123SubdomainError(name) ?? dns1123SubdomainError(namespace);
  if (wrong !== undefined) throw new EvaluationError(`Invalid service account name: ${wrong}`);
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return new AuthorizerValue({ ...asker, user: { name: `system:serviceaccount:${namespace}:${name}`, groups } });
}
