import type { ClusterId } from '@kajitori/apimachinery';
import type { AdmissionPlugin } from './admission.ts';
import { type DynamicServices, MatchContexts } from './dynamic/dynamic-services.ts';
import { MutatingPolicies } from './policies/mutating-policies.ts';
import { ParamSource } from './policies/param-source.ts';
import { ValidatingPolicies } from './policies/validating-policies.ts';
import { MutatingWebhooks } from './webhooks/mutating-webhooks.ts';
import { ValidatingWebhooks } from './webhooks/validating-webhooks.ts';

/** Admission by what a cluster's own policies and webhooks say, in Kubernetes' order: policies before webhooks. */
export function dynamicAdmission(services: DynamicServices): AdmissionPlugin[] {
  const contexts = new MatchContexts(services);
  const params = new ParamSource(services);
  const plugins = [
    new MutatingPolicies(services, contexts, params),
    new MutatingWebhooks(services, contexts),
    new ValidatingPolicies(services, contexts, params),
    new ValidatingWebhooks(services, contexts),
  ];
  return [...plugins, freshConfiguration(plugins)];
}

/** What is configured through this process counts at once; through another, within a second. */
function freshConfiguration(sources: readonly { expire: (cluster: ClusterId) => void }[]): AdmissionPlugin {
  return {
    name: 'FreshConfiguration',
    handles: ({ call }) => call.kind.group === 'admissionregistration.k8s.io',
    validate: ({ call }) => sources.forEach((source) => source.expire(call.cluster)),
  };
}
