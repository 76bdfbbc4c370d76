export * from './run-process.ts';
export * from './server-config.ts';
export * from './annex/annex.ts';
export * from './annex/annex-side.ts';
