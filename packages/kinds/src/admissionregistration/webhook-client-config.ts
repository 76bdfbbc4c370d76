import { bytes, int32, object, ref, string, type Infer } from '@kajitori/schema';

export const WebhookClientConfig = object('io.k8s.api.admissionregistration.v1.WebhookClientConfig', {
  service: ref(1, () => WebhookServiceReference),
  caBundle: bytes(2),
  url: string(3).keepsZero(),
});
export type WebhookClientConfig = Infer<typeof WebhookClientConfig>;

export const WebhookServiceReference = object('io.k8s.api.admissionregistration.v1.ServiceReference', {
  namespace: string(1).required(),
  name: string(2).required(),
  path: string(3).keepsZero(),
  port: int32(4).keepsZero().default(443),
});
export type WebhookServiceReference = Infer<typeof WebhookServiceReference>;
