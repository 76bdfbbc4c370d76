export * from './clusters.ts';
export { clusterRows } from './postgres/cluster-rows.ts';
export { appRole, migrate } from './postgres/migrate.ts';
export { openPostgresStorage } from './postgres/postgres-storage.ts';
export type { PostgresStorage, PostgresStorageOptions } from './postgres/postgres-storage.ts';
export * from './storage.ts';
export { LocalWake } from './wake.ts';
export type { Wake } from './wake.ts';
