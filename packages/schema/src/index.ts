export * from './builder.ts';
export * from './schema.ts';
