export * from './config.ts';
export * from './control-plane.ts';
