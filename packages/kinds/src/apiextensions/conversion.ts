import { bytes, int32, list, object, ref, string, type Infer } from '@kajitori/schema';

export const CustomResourceConversion = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion', {
  strategy: string(1).required(),
  webhook: ref(2, () => WebhookConversion),
});
export type CustomResourceConversion = Infer<typeof CustomResourceConversion>;

export const WebhookConversion = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion', {
  clientConfig: ref(2, () => ConversionWebhookClientConfig),
  conversionReviewVersions: list(3, string()).required().atomic(),
});
export type WebhookConversion = Infer<typeof WebhookConversion>;

export const ConversionWebhookClientConfig = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig', {
  service: ref(1, () => ConversionServiceReference),
  caBundle: bytes(2),
  url: string(3).keepsZero(),
});
export type ConversionWebhookClientConfig = Infer<typeof ConversionWebhookClientConfig>;

export const ConversionServiceReference = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference', {
  namespace: string(1).required(),
  name: string(2).required(),
  path: string(3).keepsZero(),
  port: int32(4).keepsZero().default(443),
});
export type ConversionServiceReference = Infer<typeof ConversionServiceReference>;
