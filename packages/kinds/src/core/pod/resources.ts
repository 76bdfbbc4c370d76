import { list, map, object, string, type Infer } from '@kajitori/schema';
import { Quantity } from '../../meta/quantity.ts';

export const ResourceRequirements = object('io.k8s.api.core.v1.ResourceRequirements', {
  limits: map(1, () => Quantity).describe('The most that it may use.'),
  requests: map(2, () => Quantity).describe('What is set aside for it; the limits when nothing is said.'),
  claims: list(3, () => ContainerResourceClaim)
    .mapBy('name')
    .describe('Claims of the pod that it uses.'),
});
export type ResourceRequirements = Infer<typeof ResourceRequirements>;

export const ContainerResourceClaim = object('io.k8s.api.core.v1.ResourceClaim', {
  name: string(1).required().describe('Name of the claim in the pod.'),
  request: string(2).describe('One request of the claim; all when nothing is said.'),
});
export type ContainerResourceClaim = Infer<typeof ContainerResourceClaim>;
