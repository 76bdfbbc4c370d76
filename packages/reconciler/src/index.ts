export * from './backoff.ts';
export * from './bullmq/bullmq-queue.ts';
export * from './key.ts';
export * from './memory/memory-queue.ts';
export * from './metrics.ts';
export * from './outcome.ts';
export * from './queue.ts';
export * from './runner.ts';
