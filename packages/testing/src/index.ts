export { freePort, waitFor } from '@kajitori/servers';
export type { WaitForOptions } from '@kajitori/servers';
export * from './fake-clock.ts';
export * from './kubectl-versions.ts';
export * from './test-authority.ts';
export * from './test-database.ts';
export * from './test-redis.ts';
export { openTestInstance, startTestInstance } from './test-instance.ts';
export type { TestInstance, TestInstanceOptions } from './test-instance.ts';
