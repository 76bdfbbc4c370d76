/**
 * The expressions of webhooks and policies: what they may name, how they are compiled, and how they are evaluated against a request. Compiling never
 * throws: a configuration that was stored may hold what does not compile, and its failure policy decides what that means.
 */
import {
  type Bindings,
  CostLimitError,
  createEnvironment,
  declare,
  type DeclaredField,
  type DeclaredType,
  type Environment,
  EvaluationError,
  kubernetesLibraries,
  perCallCostMax,
  type Program,
  types,
  type Value,
} from '@kajitori/cel';
import { authorizerLibrary, authorizerType, resourceCheckType } from './authorizer-library.ts';
import { jsonPatchLibrary, mutationType } from './mutation-library.ts';

export interface Scope {
  params: boolean;
  authorizer: boolean;
  /** Whether it makes objects and patches. */
  mutates?: boolean;
  /** Variables of the policy that come before, by their names. */
  variables?: ReadonlyMap<string, DeclaredType>;
}

export interface Expression {
  readonly source: string;
  readonly program: Program | undefined;
  /** Why it does not compile. */
  readonly problem: string | undefined;
}

/** What is left to spend for all expressions of one policy and one request, in CEL's units. */
export interface Budget {
  left: number;
}

/** Of one policy with one set of parameters, or of the conditions of one webhook. */
export const budgetMax = 10_000_000;

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

const variables = { object: declare.dyn, oldObject: declare.dyn, request: requestType, namespaceObject: declare.dyn };
const observing = createEnvironment({ variables, libraries: [...kubernetesLibraries, authorizerLibrary] });
const mutating = createEnvironment({
  variables,
  libraries: [...kubernetesLibraries, authorizerLibrary, jsonPatchLibrary],
  objectType: mutationType,
});

export const variablesTypeName = 'kubernetes.variables';

export function environmentFor(scope: Scope): Environment {
  const environment = (scope.mutates === true ? mutating : observing).extend({
    ...(scope.params ? params : {}),
    ...(scope.authorizer ? authorizer : {}),
  });
  if (scope.variables === undefined) return environment;
  const fields = new Map([...scope.variables].map(([name, type]) => field(name, type)));
  return environment.extend({ variables: declare.object(variablesTypeName, fields) });
}

export function compileExpression(source: string, scope: Scope): Expression {
  const { program, error } = environmentFor(scope).compile(source);
  return { source, program, problem: error?.message };
}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

export type Outcome = { value: Value; error?: undefined } | { value?: undefined; error: string };

/** Evaluates within the budget. Errors are answers: the caller has a failure policy. */
export function evaluate({ source, program, problem }: Expression, bindings: Bindings, budget: Budget): Outcome {
  if (program === undefined) return { error: `compilation error: ${problem ?? source}` };
  const costMax = Math.min(perCallCostMax, Math.max(0, budget.left));
  try {
    const { value, cost } = program.evaluate(bindings, { costMax });
    budget.left -= cost;
    return { value };
  } catch (error) {
    if (!(error instanceof EvaluationError) && !(error instanceof CostLimitError)) throw error;
    budget.left -= (error as { cost?: number }).cost ?? costMax;
    if (error instanceof CostLimitError && budget.left <= 0) return { error: outOfBudget };
    return { error: `expression '${source}' resulted in error: ${error.message}` };
  }
}

/** The type that a value of an expression has for those after it. */
export function declaredOutput({ program }: Expression): DeclaredType {
  return declare.of(program?.outputType ?? types.dyn);
}
