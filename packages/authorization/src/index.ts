export * from './attributes.ts';
export * from './rbac.ts';
