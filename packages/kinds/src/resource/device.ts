import { boolean, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeSelector } from '../core/node-selector.ts';
import { Quantity } from '../meta/quantity.ts';
import { Time } from '../meta/time.ts';

export const Device = object('io.k8s.api.resource.v1.Device', {
  name: string(1).required(),
  attributes: map(2, () => DeviceAttribute),
  capacity: map(3, () => DeviceCapacity),
  consumesCounters: list(4, () => DeviceCounterConsumption).atomic(),
  nodeName: string(5).keepsZero(),
  nodeSelector: ref(6, () => NodeSelector),
  allNodes: boolean(7).keepsZero(),
  taints: list(8, () => DeviceTaint).atomic(),
  bindsToNode: boolean(9).keepsZero(),
  bindingConditions: list(10, string()).atomic(),
  bindingFailureConditions: list(11, string()).atomic(),
  allowMultipleAllocations: boolean(12).keepsZero(),
  nodeAllocatableResourceMappings: map(13, () => NodeAllocatableResourceMapping),
});
export type Device = Infer<typeof Device>;

export const DeviceAttribute = object('io.k8s.api.resource.v1.DeviceAttribute', {
  int: int64(2).keepsZero(),
  bool: boolean(3).keepsZero(),
  string: string(4).keepsZero(),
  version: string(5).keepsZero(),
  ints: list(6, int64()).atomic(),
  bools: list(7, boolean()).atomic(),
  strings: list(8, string()).atomic(),
  versions: list(9, string()).atomic(),
});
export type DeviceAttribute = Infer<typeof DeviceAttribute>;

export const DeviceCapacity = object('io.k8s.api.resource.v1.DeviceCapacity', {
  value: ref(1, () => Quantity).required(),
  requestPolicy: ref(2, () => CapacityRequestPolicy),
});
export type DeviceCapacity = Infer<typeof DeviceCapacity>;

export const DeviceCounterConsumption = object('io.k8s.api.resource.v1.DeviceCounterConsumption', {
  counterSet: string(1).required(),
  counters: map(2, () => Counter).required(),
});
export type DeviceCounterConsumption = Infer<typeof DeviceCounterConsumption>;

export const DeviceTaint = object('io.k8s.api.resource.v1.DeviceTaint', {
  key: string(1).required(),
  value: string(2),
  effect: string(3).required(),
  timeAdded: ref(4, () => Time),
});
export type DeviceTaint = Infer<typeof DeviceTaint>;

export const CapacityRequestPolicy = object('io.k8s.api.resource.v1.CapacityRequestPolicy', {
  default: ref(1, () => Quantity),
  validValues: list(3, () => Quantity).atomic(),
  validRange: ref(4, () => CapacityRequestPolicyRange),
});
export type CapacityRequestPolicy = Infer<typeof CapacityRequestPolicy>;

export const CapacityRequestPolicyRange = object('io.k8s.api.resource.v1.CapacityRequestPolicyRange', {
  min: ref(1, () => Quantity).required(),
  max: ref(2, () => Quantity),
  step: ref(3, () => Quantity),
});
export type CapacityRequestPolicyRange = Infer<typeof CapacityRequestPolicyRange>;

export const Counter = object('io.k8s.api.resource.v1.Counter', {
  value: ref(1, () => Quantity).required(),
});
export type Counter = Infer<typeof Counter>;

export const CounterSet = object('io.k8s.api.resource.v1.CounterSet', {
  name: string(1).required(),
  counters: map(2, () => Counter).required(),
});
export type CounterSet = Infer<typeof CounterSet>;

export const NodeAllocatableResourceMapping = object('io.k8s.api.resource.v1.NodeAllocatableResourceMapping', {
  capacityKey: string(1).keepsZero(),
  allocationMultiplier: ref(2, () => Quantity),
});
export type NodeAllocatableResourceMapping = Infer<typeof NodeAllocatableResourceMapping>;
