import { int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';

export const TokenRequest = topLevel('io.k8s.api.authentication.v1.TokenRequest', {
  spec: ref(2, () => TokenRequestSpec).always(),
  status: ref(3, () => TokenRequestStatus),
});
export type TokenRequest = Infer<typeof TokenRequest>;

export const TokenRequestSpec = object('io.k8s.api.authentication.v1.TokenRequestSpec', {
  audiences: list(1, string()).atomic(),
  boundObjectRef: ref(3, () => BoundObjectReference),
  expirationSeconds: int64(4).keepsZero().default(3600),
});
export type TokenRequestSpec = Infer<typeof TokenRequestSpec>;

export const TokenRequestStatus = object('io.k8s.api.authentication.v1.TokenRequestStatus', {
  token: string(1).keepsZero(),
  expirationTimestamp: ref(2, () => Time),
});
export type TokenRequestStatus = Infer<typeof TokenRequestStatus>;

export const BoundObjectReference = object('io.k8s.api.authentication.v1.BoundObjectReference', {
  kind: string(1),
  apiVersion: string(2),
  name: string(3),
  uid: string(4),
});
export type BoundObjectReference = Infer<typeof BoundObjectReference>;
