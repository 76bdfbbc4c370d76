import { milliValue, unitValue } from '@kajitori/apimachinery';
import { coded, map, object, ref, string, type Infer } from '@kajitori/schema';
import { Quantity } from '../meta/quantity.ts';
import { Time } from '../meta/time.ts';

/** A length of time as Go writes it: `15s`, `1m30s`. */
const Duration = coded<string>('io.k8s.apimachinery.pkg.apis.meta.v1.Duration', 'duration', { type: 'string' });

/** What something uses, by resource: `cpu` and `memory`. */
export const usage = map(4, () => Quantity)
  .required()
  .describe('What is used, by resource: cpu and memory.');

/** When and over which time it was measured. */
export const measurement = {
  timestamp: ref(2, () => Time)
    .required()
    .describe('When it was measured.'),
  window: ref(3, () => Duration)
    .required()
    .describe('The time up to then over which the use of CPU was measured.'),
};

export const ContainerMetrics = object(
  'io.k8s.metrics.pkg.apis.metrics.v1beta1.ContainerMetrics',
  {
    name: string(1).required().describe('Name of the container.'),
    usage: map(2, () => Quantity)
      .required()
      .describe('What it uses, by resource: cpu and memory.'),
  },
  { description: 'What one container of a pod uses.' },
);
export type ContainerMetrics = Infer<typeof ContainerMetrics>;

type Usage = Readonly<Record<string, string>>;

export function cpuCell(usages: readonly Usage[]): string {
  return `${usages.reduce((sum, { cpu }) => sum + milliValue(cpu), 0)}m`;
}

const bytesPerMebibyte = 1024 * 1024;

export function memoryCell(usages: readonly Usage[]): string {
  const bytes = usages.reduce((sum, { memory }) => sum + unitValue(memory), 0);
  return `${Math.floor(bytes / bytesPerMebibyte)}Mi`;
}
