export { EgressClient, type EgressRequest, type EgressResponse } from './egress-client.ts';
export { EgressError } from './egress-error.ts';
export type { AllowedAddresses } from './address-ranges.ts';
