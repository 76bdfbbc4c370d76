/**
 * The kinds of the Kubernetes API: what each is made of, what it defaults to, what it refuses, how it is shown.
 * One folder a group, one file a small kind, one folder a large one; `meta/` is what all share, `system/` what every
 * cluster has. All of it is pure: no clock, no I/O, no other object than the one at hand.
 */
export * from './catalogue.ts';
export * from './kind.ts';
export * from './admissionregistration/index.ts';
export * from './apiextensions/index.ts';
export * from './apiregistration/index.ts';
export * from './apps/index.ts';
export * from './authentication/index.ts';
export * from './authorization/index.ts';
export * from './autoscaling/index.ts';
export * from './batch/index.ts';
export * from './certificates/index.ts';
export * from './coordination/index.ts';
export * from './core/index.ts';
export * from './custom-resources/index.ts';
export * from './discovery/index.ts';
export * from './events/index.ts';
export * from './flowcontrol/index.ts';
export * from './meta/index.ts';
export * from './metrics/index.ts';
export * from './networking/index.ts';
export * from './node/index.ts';
export * from './policy/index.ts';
export * from './rbac/index.ts';
export * from './resource/index.ts';
export * from './scheduling/index.ts';
export * from './storage/index.ts';
export * from './subresource-kinds.ts';
export * from './validation.ts';
export { apiServiceObjects } from './system/api-services.ts';
export * from './system/system-objects.ts';
