export * from './event.ts';
export * from './events-v1.ts';
