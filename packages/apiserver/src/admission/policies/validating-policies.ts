import { type ClusterId, forbidden, StatusError, type StatusReason } from '@kajitori/apimachinery';
import { bindJson, declare } from '@kajitori/cel';
import { validatingAdmissionPolicies, validatingAdmissionPolicyBindings } from '@kajitori/kinds';
import { groupResourceOf } from '../../call.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import { isForPolicies } from '../dynamic/attributes.ts';
import { ConfigurationSource } from '../dynamic/configuration-source.ts';
import type { DynamicServices, MatchContexts } from '../dynamic/dynamic-services.ts';
import { budgetMax } from '../dynamic/expressions.ts';
import type { MatchContext } from '../dynamic/matching.ts';
import { type Binding, bindingOf } from './binding.ts';
import type { ParamSource } from './param-source.ts';
import { matchOfPolicy, type PolicyMatch, policyMatches, type PolicySources } from './policy-matches.ts';
import { defaultReason, type Denial, type ValidatingPolicy, validatingPolicyOf, type Verdict, verdictOf } from './validating-policy.ts';

interface Denied {
  denial: Denial;
  policy: string;
  binding: string;
}

/** Runs the ValidatingAdmissionPolicies that a request concerns. All run; the first that denies gives the answer. */
export class ValidatingPolicies implements AdmissionPlugin {
  readonly name = 'ValidatingAdmissionPolicy';
  readonly #sources: PolicySources<ValidatingPolicy>;
  readonly #contexts: MatchContexts;

  constructor({ storage }: DynamicServices, contexts: MatchContexts, params: ParamSource) {
    this.#sources = {
      policies: new ConfigurationSource({ storage, kind: validatingAdmissionPolicies, make: validatingPolicyOf }),
      bindings: new ConfigurationSource({ storage, kind: validatingAdmissionPolicyBindings, make: bindingOf }),
      params,
    };
    this.#contexts = contexts;
  }

  handles(request: AdmissionRequest): boolean {
    return isForPolicies(request);
  }

  expire(cluster: ClusterId): void {
    this.#sources.policies.expire(cluster);
    this.#sources.bindings.expire(cluster);
  }

  async validate(request: AdmissionRequest): Promise<void> {
    const bound = await policyMatches(this.#sources, request.call.cluster);
    if (bound.length === 0) return;
    const context = this.#contexts.of(request);
    const denied: Denied[] = [];
    for (const pair of bound) {
      const match = await matchOfPolicy(this.#sources, pair, context);
      if (match !== undefined) denied.push(...(await this.#run(match, context)));
    }
    const [first] = denied;
    if (first !== undefined) throw refusalOf(first, context);
  }

  /** The denials that are to refuse the request; the others have become warnings and annotations. */
  async #run({ policy, binding, shown, params, problem }: PolicyMatch<ValidatingPolicy>, context: MatchContext): Promise<Denied[]> {
    if (problem !== undefined)
      return policy.failsOpen
        ? []
        : [{ policy: policy.name, binding: binding.name, denial: { message: problem, reason: defaultReason, index: -1 } }];
    const input = await context.input(shown, policy.expressions);
    const denied: Denied[] = [];
    for (const param of params) {
      const bindings = { ...input.bindings, params: () => bindJson(declare.dyn, param) };
      const verdict = verdictOf(policy, bindings, { left: budgetMax });
      note(verdict, policy, binding, context);
      if (binding.actions.has('Deny'))
        denied.push(...verdict.denials.map((one) => ({ denial: one, policy: policy.name, binding: binding.name })));
    }
    return denied;
  }
}

/** Warnings and the audit log's annotations, as the binding's actions ask for. */
function note(
  { denials, annotations }: Verdict,
  { name: policy }: ValidatingPolicy,
  { name: binding, actions }: Binding,
  { request }: MatchContext,
): void {
  const { warnings, auditAnnotations } = request.call;
  if (actions.has('Warn')) {
    warnings.push(
      ...denials.map(({ message }) => `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`),
    );
  }
  if (auditAnnotations === undefined) return;
  for (const [key, value] of Object.entries(annotations)) {
    const held = auditAnnotations.get(key);
    auditAnnotations.set(key, held === undefined || held === value ? value : `${held}, ${value}`);
  }
  if (!actions.has('Audit') || denials.length === 0) return;
  const key = 'validation.policy.admission.k8s.io/validation_failure';
  const earlier = JSON.parse(auditAnnotations.get(key) ?? '[]') as unknown[];
  const failures = denials.map(({ message, index }) => ({
    message,
    policy,
    binding,
    expressionIndex: index,
    validationActions: [...actions],
  }));
  auditAnnotations.set(key, JSON.stringify([...earlier, ...failures]));
}

const codes: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

function refusalOf({ policy, binding, denial }: Denied, { request, attributes }: MatchContext): StatusError {
  const message = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${denial.message}`;
  const { message: full, details } = forbidden(groupResourceOf(request.call.kind), attributes.name, message);
  return new StatusError(denial.reason as StatusReason, full, {
    code: codes[denial.reason] ?? 422,
    details: { ...details, causes: [{ message }] },
  });
}
