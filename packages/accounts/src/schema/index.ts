export * from './columns.ts';
export * from './identity.ts';
export * from './nodes.ts';
export * from './organizations.ts';
export * from './platform.ts';
