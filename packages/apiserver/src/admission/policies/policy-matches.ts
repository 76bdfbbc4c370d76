import type { ClusterId, KubeObject } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { ConfigurationSource } from '../dynamic/configuration-source.ts';
import { type MatchContext, matchedKind, matchesRequest } from '../dynamic/matching.ts';
import type { Binding } from './binding.ts';
import { ParamError, type ParamSource } from './param-source.ts';
import type { PolicyBase } from './policy.ts';

/** A policy that a request concerns, by one of its bindings, with what that brings. */
export interface PolicyMatch<P> {
  policy: P;
  binding: Binding;
  shown: Kind;
  /** One run of the policy for each. */
  params: readonly (KubeObject | null)[];
  /** Why there are none, when that is a fault. */
  problem: string | undefined;
}

/** What a ConfigurationSource gives, whatever it is made from. */
export type Configurations<T> = Pick<ConfigurationSource<never, T>, 'of' | 'expire'>;

/** The policies and bindings of clusters, and the objects that parameterize them. */
export interface PolicySources<P extends PolicyBase> {
  policies: Configurations<P>;
  bindings: Configurations<Binding>;
  params: ParamSource;
}

/** All that concern the request, policies in order of their names and then bindings in theirs. */
export async function policyMatches<P extends PolicyBase>(sources: PolicySources<P>, cluster: ClusterId): Promise<[P, Binding][]> {
  const policies = await sources.policies.of(cluster);
  if (policies.length === 0) return [];
  const bindings = Map.groupBy(await sources.bindings.of(cluster), (binding) => binding.policy);
  return policies.flatMap((policy) => (bindings.get(policy.name) ?? []).map((binding): [P, Binding] => [policy, binding]));
}

/** What running the policy for this request takes; undefined when it does not concern it. */
export async function matchOfPolicy<P extends PolicyBase>(
  { params }: PolicySources<P>,
  [policy, binding]: readonly [P, Binding],
  context: MatchContext,
): Promise<PolicyMatch<P> | undefined> {
  const shown = await matchedKind(policy.match, context);
  if (shown === undefined) return undefined;
  if (binding.match !== undefined && !(await matchesRequest(binding.match, context))) return undefined;
  const found = { policy, binding, shown };
  const { cluster } = context.request.call;
  try {
    const chosen = await params.paramsFor(cluster, policy.paramKind, binding.paramRef, context.attributes.namespace);
    return { ...found, params: chosen, problem: undefined };
  } catch (error) {
    if (!(error instanceof ParamError)) throw error;
    return { ...found, params: [], problem: `failed to configure binding: ${error.message}` };
  }
}
