export * from './config.ts';
export * from './control-plane.ts';
export { systemOverlay } from './system-overlay.ts';
