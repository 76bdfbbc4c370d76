/**
 * The expressions of webhooks and policies: what they may name, and how they are compiled. Compiling never throws: a configuration that was
 * stored under other rules may hold what does not compile, and its failure policy decides what that means.
 */
import {
  createEnvironment,
  declare,
  type DeclaredField,
  type DeclaredType,
  type Environment,
  kubernetesLibraries,
  type Program,
  types,
} from '@kajitori/cel';
import { authorizerLibrary, authorizerType, resourceCheckType } from './authorizer-library.ts';
import { jsonPatchLibrary, mutationType } from './mutation-library.ts';

export interface Scope {
  params: boolean;
  authorizer: boolean;
  /** Whether it makes objects and patches. */
  mutates?: boolean;
  /** Types of `object`, `oldObject` and `params` where they are known; else they may be anything. */
  observed?: Readonly<Record<string, DeclaredType>>;
  /** Variables of the policy that come before, by their names. */
  variables?: ReadonlyMap<string, DeclaredType>;
}

export interface Expression {
  readonly source: string;
  readonly program: Program | undefined;
  /** Why it does not compile. */
  readonly problem: string | undefined;
}

const field = (property: string, type: DeclaredType): [string, DeclaredField] => [property, { property, type }];
const text = declare.string();
const gvk = declare.object('kubernetes.GroupVersionKind', new Map([field('group', text), field('version', text), field('kind', text)]));
const gvr = declare.object(
  'kubernetes.GroupVersionResource',
  new Map([field('group', text), field('version', text), field('resource', text)]),
);
const userInfo = declare.object(
  'kubernetes.UserInfo',
  new Map([
    field('username', text),
    field('uid', text),
    field('groups', declare.list(text)),
    field('extra', declare.map(declare.list(text))),
  ]),
);
export const requestType: DeclaredType = declare.object(
  'kubernetes.AdmissionRequest',
  new Map([
    field('uid', text),
    field('kind', gvk),
    field('resource', gvr),
    field('subResource', text),
    field('requestKind', gvk),
    field('requestResource', gvr),
    field('requestSubResource', text),
    field('name', text),
    field('namespace', text),
    field('operation', text),
    field('userInfo', userInfo),
    field('dryRun', declare.bool),
    field('options', declare.dyn),
  ]),
);

const params = { params: declare.dyn };
const authorizer = { authorizer: declare.of(authorizerType), 'authorizer.requestResource': declare.of(resourceCheckType) };

const observed = { object: declare.dyn, oldObject: declare.dyn, request: requestType, namespaceObject: declare.dyn };
const observing = createEnvironment({ variables: observed, libraries: [...kubernetesLibraries, authorizerLibrary] });
const mutating = createEnvironment({
  variables: observed,
  libraries: [...kubernetesLibraries, authorizerLibrary, jsonPatchLibrary],
  objectType: mutationType,
});

export const variablesTypeName = 'kubernetes.variables';

export function environmentFor(scope: Scope): Environment {
  const environment = (scope.mutates === true ? mutating : observing).extend({
    ...(scope.params ? params : {}),
    ...(scope.authorizer ? authorizer : {}),
    ...scope.observed,
  });
  if (scope.variables === undefined) return environment;
  const fields = new Map([...scope.variables].map(([name, type]) => field(name, type)));
  return environment.extend({ variables: declare.object(variablesTypeName, fields) });
}

export function compileExpression(source: string, scope: Scope): Expression {
  const { program, error } = environmentFor(scope).compile(source);
  return { source, program, problem: error?.message };
}

/** The type that a value of an expression has for those after it. */
export function declaredOutput({ program }: Expression): DeclaredType {
  return declare.of(program?.outputType ?? types.dyn);
}

export interface PolicyVariable {
  name: string;
  expression: Expression;
}

/** Each sees those before it; `types` is what expressions after all of them see. */
export function compiledVariables(
  list: readonly { name: string; expression: string }[],
  scope: Scope,
): { variables: PolicyVariable[]; types: ReadonlyMap<string, DeclaredType> } {
  const seen = new Map<string, DeclaredType>();
  const variables = list.map(({ name, expression: source }) => {
    const expression = compileExpression(source, { ...scope, variables: new Map(seen) });
    seen.set(name, declaredOutput(expression));
    return { name, expression };
  });
  return { variables, types: seen };
}
