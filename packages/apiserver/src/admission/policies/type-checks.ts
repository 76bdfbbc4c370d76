import { apiVersionOf } from '@kajitori/apimachinery';
import {
  compiledVariables,
  compileExpression,
  type ExpressionWarning,
  type Kind,
  type MatchResources,
  type Scope,
  type ValidatingAdmissionPolicySpec,
} from '@kajitori/kinds';
import { declaredKind } from './declared-kind.ts';

/** Kinds that one policy is checked against; what a rule names beyond is not. */
const kindsMax = 10;

/** The resources that a policy's rules name in full: those with `*` and subresources have no one type. */
export function namedResources({ resourceRules = [] }: MatchResources): { group: string; version: string; resource: string }[] {
  const named = resourceRules.flatMap(({ apiGroups = [], apiVersions = [], resources = [] }) =>
    apiGroups.flatMap((group) => apiVersions.flatMap((version) => resources.map((resource) => ({ group, version, resource })))),
  );
  return named
    .filter(({ group, version, resource }) => group !== '*' && version !== '*' && !resource.includes('*') && !resource.includes('/'))
    .slice(0, kindsMax);
}

/**
 * What a policy's expressions say wrongly of the kinds that it names. Pure: warnings, never a refusal, since what may be anything at run time
 * may also be right.
 */
export function typeWarnings(spec: ValidatingAdmissionPolicySpec, kinds: readonly Kind[], params: Kind | undefined): ExpressionWarning[] {
  const scopes = kinds.map((kind): [Kind, Scope] => [kind, scopeOf(spec, kind, params)]);
  const warningsOf = (source: string, fieldRef: string, more: Partial<Scope> = {}): ExpressionWarning[] => {
    const found = scopes.flatMap(([kind, scope]) => {
      const { problem } = compileExpression(source, { ...scope, ...more });
      return problem === undefined ? [] : [`${apiVersionOf(kind)}, Kind=${kind.kind}: ${problem}`];
    });
    return found.length === 0 ? [] : [{ fieldRef, warning: `${found.join('\n')}\n` }];
  };
  const warnings = (spec.validations ?? []).map(({ expression, messageExpression = '' }, at) => {
    const rule = warningsOf(expression, `spec.validations[${at}].expression`);
    if (messageExpression === '') return rule;
    return rule.concat(warningsOf(messageExpression, `spec.validations[${at}].messageExpression`, { authorizer: false }));
  });
  return warnings.flat();
}

function scopeOf({ variables = [], paramKind }: ValidatingAdmissionPolicySpec, kind: Kind, params: Kind | undefined): Scope {
  const type = declaredKind(kind);
  const observed = { object: type, oldObject: type, ...(params === undefined ? {} : { params: declaredKind(params) }) };
  const scope = { params: paramKind !== undefined, authorizer: true, observed };
  return { ...scope, variables: compiledVariables(variables, scope).types };
}
