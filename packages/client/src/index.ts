export * from './client.ts';
export * from './cluster-client.ts';
export * from './informer.ts';
export * from './transport.ts';
