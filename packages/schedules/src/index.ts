export * from './instants.ts';
export * from './schedule.ts';
export * from './time-zone.ts';
