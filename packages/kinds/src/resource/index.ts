export * from './allocation.ts';
export * from './device.ts';
export * from './device-class.ts';
export * from './device-request.ts';
export * from './resource-claim.ts';
export * from './resource-claim-template.ts';
export * from './resource-slice.ts';
