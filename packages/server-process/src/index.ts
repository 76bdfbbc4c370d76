export * from './run-process.ts';
export * from './server-config.ts';
