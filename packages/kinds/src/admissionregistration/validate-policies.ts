import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  parseApiVersion,
  qualifiedNameError,
  required,
  tooMany,
} from '@kajitori/apimachinery';
import { validateLabelSelector } from '../meta/validate-labels.ts';
import { compileExpression, type Scope } from './expressions/index.ts';
import type { MatchResources, ParamKind, ParamRef } from './match-resources.ts';
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicySpec, Mutation } from './mutating-admission-policy.ts';
import type { MutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding.ts';
import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
} from './validating-admission-policy.ts';
import type { ValidatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts';
import {
  expressionErrors,
  isBool,
  isObject,
  isPatchList,
  isString,
  validateMatchConditions,
  validateVariables,
} from './validate-expressions.ts';
import { validateRule } from './validate-rules.ts';

const failurePolicies = ['Fail', 'Ignore'];
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const actions = ['Audit', 'Deny', 'Warn'];
const notFoundActions = ['Allow', 'Deny'];
const reinvocationPolicies = ['IfNeeded', 'Never'];
const patchTypes = ['ApplyConfiguration', 'JSONPatch'];
const auditAnnotationsMax = 20;
const valueExpressionLengthMax = 5 * 1024;

export function validateValidatingPolicy({ metadata, spec }: ValidatingAdmissionPolicy): FieldError[] {
  const { errors, scope } = validatePolicy(spec);
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must be non-empty';
    errors.push(required('spec.validations', why), required('spec.auditAnnotations', why));
  }
  errors.push(...validations.flatMap((one, at) => validationErrors(one, `spec.validations[${at}]`, scope)));
  if (auditAnnotations.length > auditAnnotationsMax) {
    errors.push(tooMany('spec.auditAnnotations', auditAnnotations.length, auditAnnotationsMax));
    return errors;
  }
  const keys = new Set<string>();
  for (const [at, one] of auditAnnotations.entries()) {
    const field = `spec.auditAnnotations[${at}]`;
    errors.push(...annotationErrors(one, field, metadata.name ?? '', scope));
    if (keys.has(one.key)) errors.push(duplicate(`${field}.key`, one.key));
    keys.add(one.key);
  }
  return errors;
}

export function validateMutatingPolicy({ spec }: MutatingAdmissionPolicy): FieldError[] {
  const { errors, scope } = validatePolicy(spec);
  const { mutations = [], reinvocationPolicy = '' } = spec;
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  errors.push(...mutations.flatMap((one, at) => mutationErrors(one, `spec.mutations[${at}]`, { ...scope, mutates: true })));
  if (reinvocationPolicy === '') errors.push(required('spec.reinvocationPolicy'));
  else if (!reinvocationPolicies.includes(reinvocationPolicy))
    errors.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, reinvocationPolicies));
  return errors;
}

type PolicySpec = Pick<
  ValidatingAdmissionPolicySpec & MutatingAdmissionPolicySpec,
  'failurePolicy' | 'matchConditions' | 'matchConstraints' | 'paramKind' | 'variables'
>;

function validatePolicy({ failurePolicy = 'Fail', matchConditions = [], matchConstraints, paramKind, variables = [] }: PolicySpec): {
  errors: FieldError[];
  scope: Scope;
} {
  const params = paramKind !== undefined;
  const errors = paramKindErrors(paramKind);
  if (!failurePolicies.includes(failurePolicy)) errors.push(notSupported('spec.failurePolicy', failurePolicy, failurePolicies));
  if (matchConstraints === undefined) errors.push(required('spec.matchConstraints'));
  else {
    if ((matchConstraints.resourceRules ?? []).length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
    errors.push(...matchErrors(matchConstraints, 'spec.matchConstraints'));
  }
  errors.push(...validateMatchConditions(matchConditions, 'spec.matchConditions', { params, authorizer: true }));
  const compiled = validateVariables(variables, 'spec.variables', params);
  return { errors: [...errors, ...compiled.errors], scope: { params, authorizer: true, variables: compiled.types } };
}

function paramKindErrors(paramKind: ParamKind | undefined): FieldError[] {
  if (paramKind === undefined) return [];
  const { apiVersion = '', kind = '' } = paramKind;
  const errors: FieldError[] = [];
  if (apiVersion === '') errors.push(required('spec.paramKind.apiVersion'));
  else if (parseApiVersion(apiVersion) === undefined)
    errors.push(invalid('spec.paramKind.apiVersion', apiVersion, 'must be a valid group version'));
  if (kind === '') errors.push(required('spec.paramKind.kind'));
  return errors;
}

function matchErrors(
  { namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [], matchPolicy = 'Equivalent' }: MatchResources,
  path: string,
): FieldError[] {
  return [
    ...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...validateLabelSelector(objectSelector, `${path}.objectSelector`),
    ...resourceRules.flatMap((rule, at) => validateRule(rule, `${path}.resourceRules[${at}]`)),
    ...excludeResourceRules.flatMap((rule, at) => validateRule(rule, `${path}.excludeResourceRules[${at}]`)),
    ...(['Equivalent', 'Exact'].includes(matchPolicy) ? [] : [notSupported(`${path}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact'])]),
  ];
}

function validationErrors(
  { expression, message, messageExpression = '', reason = 'Invalid' }: Validation,
  field: string,
  scope: Scope,
): FieldError[] {
  const errors: FieldError[] = [];
  const trimmed = expression.trim();
  if (trimmed === '') errors.push(required(`${field}.expression`, 'expression is not specified'));
  else errors.push(...expressionErrors(compileExpression(expression, scope), `${field}.expression`, isBool, 'bool'));
  if (messageExpression.trim() !== '') {
    const compiled = compileExpression(messageExpression, { ...scope, authorizer: false });
    errors.push(...expressionErrors(compiled, `${field}.messageExpression`, isString, 'string'));
  }
  if (message !== undefined && message !== '' && message.trim() === '') {
    errors.push(invalid(`${field}.message`, message, 'message must be non-empty if specified'));
  } else if (message?.trim().includes('\n') === true)
    errors.push(invalid(`${field}.message`, message, 'message must not contain line breaks'));
  else if (trimmed.includes('\n') && (message ?? '') === '' && messageExpression === '')
    errors.push(required(`${field}.message`, 'message must be specified if expression contains line breaks'));
  if (reason !== '' && !reasons.includes(reason)) errors.push(notSupported(`${field}.reason`, reason, reasons));
  return errors;
}

function annotationErrors({ key, valueExpression }: AuditAnnotation, field: string, policy: string, scope: Scope): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = qualifiedNameError(`${policy}/${key}`);
  if (key === '') errors.push(required(`${field}.key`));
  else if (wrong !== undefined) errors.push(invalid(`${field}.key`, key, wrong));
  if (valueExpression.trim() === '') errors.push(required(`${field}.valueExpression`, 'valueExpression is not specified'));
  else if (valueExpression.length > valueExpressionLengthMax)
    errors.push(invalid(`${field}.valueExpression`, valueExpression, `must not exceed ${valueExpressionLengthMax} bytes in length`));
  else {
    const textOrNull = ({ kind }: { kind: string }): boolean => kind === 'string' || kind === 'null';
    errors.push(...expressionErrors(compileExpression(valueExpression, scope), `${field}.valueExpression`, textOrNull, 'string or null'));
  }
  return errors;
}

function mutationErrors({ patchType, applyConfiguration, jsonPatch }: Mutation, field: string, scope: Scope): FieldError[] {
  if (patchType === '') return [required(`${field}.patchType`)];
  if (!patchTypes.includes(patchType)) return [notSupported(`${field}.patchType`, patchType, patchTypes)];
  const applies = patchType === 'ApplyConfiguration';
  const [part, other] = applies ? [applyConfiguration, jsonPatch] : [jsonPatch, applyConfiguration];
  const [name, otherName] = applies ? ['applyConfiguration', 'jsonPatch'] : ['jsonPatch', 'applyConfiguration'];
  const errors: FieldError[] = [];
  if (other !== undefined) errors.push(invalid(`${field}.${otherName}`, other, `must not be specified when patchType is ${patchType}`));
  const source = part?.expression ?? '';
  if (part === undefined) return [...errors, required(`${field}.${name}`, `must be specified when patchType is ${patchType}`)];
  if (source.trim() === '') return [...errors, required(`${field}.${name}.expression`, 'expression is not specified')];
  const accepts = applies ? isObject : isPatchList;
  const wanted = applies ? 'Object' : 'list(JSONPatch)';
  return [...errors, ...expressionErrors(compileExpression(source, scope), `${field}.${name}.expression`, accepts, wanted)];
}

export function validateValidatingBinding({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const errors = bindingErrors(spec);
  const field = 'spec.validationActions';
  const given = spec.validationActions;
  if (given.length === 0) errors.push(required(field));
  for (const [at, action] of given.entries()) {
    if (!actions.includes(action)) errors.push(notSupported(`${field}[${at}]`, action, actions));
    if (given.indexOf(action) !== at) errors.push(duplicate(`${field}[${at}]`, action));
  }
  if (given.includes('Deny') && given.includes('Warn')) {
    errors.push(
      invalid(
        field,
        given,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  }
  return errors;
}

export function validateMutatingBinding({ spec }: MutatingAdmissionPolicyBinding): FieldError[] {
  return bindingErrors(spec);
}

function bindingErrors({
  policyName = '',
  paramRef,
  matchResources,
}: {
  policyName?: string;
  paramRef?: ParamRef;
  matchResources?: MatchResources;
}): FieldError[] {
  return [
    ...(policyName === '' ? [required('spec.policyName')] : []),
    ...(paramRef === undefined ? [] : paramRefErrors(paramRef)),
    ...(matchResources === undefined ? [] : matchErrors(matchResources, 'spec.matchResources')),
  ];
}

function paramRefErrors({ name = '', selector, parameterNotFoundAction = '' }: ParamRef): FieldError[] {
  const errors: FieldError[] = [];
  if (name !== '' && selector !== undefined) {
    const why = 'name and selector are mutually exclusive';
    errors.push(invalid('spec.paramRef.name', name, why), invalid('spec.paramRef.selector', selector, why));
  } else if (name === '' && selector === undefined) errors.push(required('spec.paramRef', 'name or selector must be specified'));
  errors.push(...validateLabelSelector(selector, 'spec.paramRef.selector'));
  if (parameterNotFoundAction === '') errors.push(required('spec.paramRef.parameterNotFoundAction'));
  else if (!notFoundActions.includes(parameterNotFoundAction))
    errors.push(notSupported('spec.paramRef.parameterNotFoundAction', parameterNotFoundAction, notFoundActions));
  return errors;
}
