export * from './free-port.ts';
export * from './postgres.ts';
export * from './redis.ts';
export * from './server-process.ts';
export * from './wait-for.ts';
