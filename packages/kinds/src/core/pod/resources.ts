import { list, map, object, string, type Infer } from '@kajitori/schema';
import { Quantity } from '../../meta/quantity.ts';

export const ResourceRequirements = object('io.k8s.api.core.v1.ResourceRequirements', {
  limits: map(1, () => Quantity),
  requests: map(2, () => Quantity),
  claims: list(3, () => ContainerResourceClaim).mapBy('name'),
});
export type ResourceRequirements = Infer<typeof ResourceRequirements>;

export const ContainerResourceClaim = object('io.k8s.api.core.v1.ResourceClaim', {
  name: string(1).required(),
  request: string(2),
});
export type ContainerResourceClaim = Infer<typeof ContainerResourceClaim>;
