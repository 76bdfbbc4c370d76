import { boolean, inline, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { Quantity } from '../meta/quantity.ts';
import { RawExtension } from '../meta/raw-extension.ts';

export const DeviceClaim = object('io.k8s.api.resource.v1.DeviceClaim', {
  requests: list(1, () => DeviceRequest).atomic(),
  constraints: list(2, () => DeviceConstraint).atomic(),
  config: list(3, () => DeviceClaimConfiguration).atomic(),
});
export type DeviceClaim = Infer<typeof DeviceClaim>;

export const DeviceRequest = object('io.k8s.api.resource.v1.DeviceRequest', {
  name: string(1).required(),
  exactly: ref(2, () => ExactDeviceRequest),
  firstAvailable: list(3, () => DeviceSubRequest).atomic(),
});
export type DeviceRequest = Infer<typeof DeviceRequest>;

export const ExactDeviceRequest = object('io.k8s.api.resource.v1.ExactDeviceRequest', {
  deviceClassName: string(1).required(),
  selectors: list(2, () => DeviceSelector).atomic(),
  allocationMode: string(3),
  count: int64(4),
  adminAccess: boolean(5).keepsZero(),
  tolerations: list(6, () => DeviceToleration).atomic(),
  capacity: ref(7, () => CapacityRequirements),
});
export type ExactDeviceRequest = Infer<typeof ExactDeviceRequest>;

export const DeviceSubRequest = object('io.k8s.api.resource.v1.DeviceSubRequest', {
  name: string(1).required(),
  deviceClassName: string(2).required(),
  selectors: list(3, () => DeviceSelector).atomic(),
  allocationMode: string(4),
  count: int64(5),
  tolerations: list(6, () => DeviceToleration).atomic(),
  capacity: ref(7, () => CapacityRequirements),
});
export type DeviceSubRequest = Infer<typeof DeviceSubRequest>;

export const DeviceConstraint = object('io.k8s.api.resource.v1.DeviceConstraint', {
  requests: list(1, string()).atomic(),
  matchAttribute: string(2).keepsZero(),
  distinctAttribute: string(3).keepsZero(),
});
export type DeviceConstraint = Infer<typeof DeviceConstraint>;

export const DeviceClaimConfiguration = object('io.k8s.api.resource.v1.DeviceClaimConfiguration', {
  requests: list(1, string()).atomic(),
  ...inline(2, { opaque: ref(1, () => OpaqueDeviceConfiguration) }),
});
export type DeviceClaimConfiguration = Infer<typeof DeviceClaimConfiguration>;

export const OpaqueDeviceConfiguration = object('io.k8s.api.resource.v1.OpaqueDeviceConfiguration', {
  driver: string(1).required(),
  parameters: ref(2, () => RawExtension).required(),
});
export type OpaqueDeviceConfiguration = Infer<typeof OpaqueDeviceConfiguration>;

export const DeviceSelector = object('io.k8s.api.resource.v1.DeviceSelector', {
  cel: ref(1, () => CELDeviceSelector),
});
export type DeviceSelector = Infer<typeof DeviceSelector>;

export const CELDeviceSelector = object('io.k8s.api.resource.v1.CELDeviceSelector', {
  expression: string(1).required(),
});
export type CELDeviceSelector = Infer<typeof CELDeviceSelector>;

export const DeviceToleration = object('io.k8s.api.resource.v1.DeviceToleration', {
  key: string(1),
  operator: string(2),
  value: string(3),
  effect: string(4),
  tolerationSeconds: int64(5).keepsZero(),
});
export type DeviceToleration = Infer<typeof DeviceToleration>;

export const CapacityRequirements = object('io.k8s.api.resource.v1.CapacityRequirements', {
  requests: map(1, () => Quantity),
});
export type CapacityRequirements = Infer<typeof CapacityRequirements>;
