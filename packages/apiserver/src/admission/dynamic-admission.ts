import type { ClusterId } from '@kajitori/apimachinery';
import type { AdmissionPlugin } from './admission.ts';
import { type DynamicServices, MatchContexts } from './dynamic/dynamic-services.ts';
import { MutatingWebhooks } from './webhooks/mutating-webhooks.ts';
import { ValidatingWebhooks } from './webhooks/validating-webhooks.ts';

/** Admission by what a cluster's own policies and webhooks say, in Kubernetes' order: policies before webhooks. */
export function dynamicAdmission(services: DynamicServices): AdmissionPlugin[] {
  const contexts = new MatchContexts(services);
  const mutatingWebhooks = new MutatingWebhooks(services, contexts);
  const validatingWebhooks = new ValidatingWebhooks(services, contexts);
  return [mutatingWebhooks, validatingWebhooks, freshConfiguration([mutatingWebhooks, validatingWebhooks])];
}

/** What is configured through this process counts at once; through another, within a second. */
function freshConfiguration(sources: readonly { expire: (cluster: ClusterId) => void }[]): AdmissionPlugin {
  return {
    name: 'FreshConfiguration',
    handles: ({ call }) => call.kind.group === 'admissionregistration.k8s.io',
    validate: ({ call }) => sources.forEach((source) => source.expire(call.cluster)),
  };
}
