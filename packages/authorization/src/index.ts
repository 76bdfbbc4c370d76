export * from './attributes.ts';
export * from './escalation.ts';
export * from './node.ts';
export * from './rbac.ts';
