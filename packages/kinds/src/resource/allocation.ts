import { boolean, inline, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeSelector } from '../core/node-selector.ts';
import { Condition } from '../meta/condition.ts';
import { Quantity } from '../meta/quantity.ts';
import { RawExtension } from '../meta/raw-extension.ts';
import { Time } from '../meta/time.ts';
import { DeviceToleration, OpaqueDeviceConfiguration } from './device-request.ts';

export const AllocationResult = object('io.k8s.api.resource.v1.AllocationResult', {
  devices: ref(1, () => DeviceAllocationResult),
  nodeSelector: ref(3, () => NodeSelector),
  allocationTimestamp: ref(5, () => Time),
});
export type AllocationResult = Infer<typeof AllocationResult>;

export const DeviceAllocationResult = object('io.k8s.api.resource.v1.DeviceAllocationResult', {
  results: list(1, () => DeviceRequestAllocationResult).atomic(),
  config: list(2, () => DeviceAllocationConfiguration).atomic(),
});
export type DeviceAllocationResult = Infer<typeof DeviceAllocationResult>;

export const DeviceAllocationConfiguration = object('io.k8s.api.resource.v1.DeviceAllocationConfiguration', {
  source: string(1).required(),
  requests: list(2, string()).atomic(),
  ...inline(3, { opaque: ref(1, () => OpaqueDeviceConfiguration) }),
});
export type DeviceAllocationConfiguration = Infer<typeof DeviceAllocationConfiguration>;

export const DeviceRequestAllocationResult = object('io.k8s.api.resource.v1.DeviceRequestAllocationResult', {
  request: string(1).required(),
  driver: string(2).required(),
  pool: string(3).required(),
  device: string(4).required(),
  adminAccess: boolean(5).keepsZero(),
  tolerations: list(6, () => DeviceToleration).atomic(),
  bindingConditions: list(7, string()).atomic(),
  bindingFailureConditions: list(8, string()).atomic(),
  shareID: string(9).keepsZero(),
  consumedCapacity: map(10, () => Quantity),
});
export type DeviceRequestAllocationResult = Infer<typeof DeviceRequestAllocationResult>;

export const AllocatedDeviceStatus = object('io.k8s.api.resource.v1.AllocatedDeviceStatus', {
  driver: string(1).required(),
  pool: string(2).required(),
  device: string(3).required(),
  conditions: list(4, () => Condition).mapBy('type'),
  data: ref(5, () => RawExtension),
  networkData: ref(6, () => NetworkDeviceData),
  shareID: string(7).keepsZero(),
});
export type AllocatedDeviceStatus = Infer<typeof AllocatedDeviceStatus>;

export const NetworkDeviceData = object('io.k8s.api.resource.v1.NetworkDeviceData', {
  interfaceName: string(1),
  ips: list(2, string()).atomic(),
  hardwareAddress: string(3),
});
export type NetworkDeviceData = Infer<typeof NetworkDeviceData>;
