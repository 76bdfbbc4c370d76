export * from './match-resources.ts';
export * from './mutating-admission-policy.ts';
export * from './mutating-admission-policy-binding.ts';
export * from './mutating-webhook-configuration.ts';
export * from './validating-admission-policy.ts';
export * from './validating-admission-policy-binding.ts';
export * from './validating-webhook-configuration.ts';
export * from './webhook-client-config.ts';
