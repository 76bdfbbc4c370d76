import { coded } from '@kajitori/schema';

/** RFC 3339 in whole seconds, UTC. */
export const Time = coded<string>('io.k8s.apimachinery.pkg.apis.meta.v1.Time', 'time', { type: 'string', format: 'date-time' });
export type Time = string;

/** RFC 3339 with microseconds, UTC. */
export const MicroTime = coded<string>('io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', 'microTime', {
  type: 'string',
  format: 'date-time',
});
export type MicroTime = string;
