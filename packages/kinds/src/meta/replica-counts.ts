import { type FieldError, invalid } from '@kajitori/apimachinery';
import { nonNegative } from './numbers.ts';

interface Counts {
  replicas?: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  observedGeneration?: number;
}

/** Counts of ReplicaSets and ReplicationControllers: each is a part of the one before. */
export function validateReplicaCounts({ status = {} }: { status?: Counts }): FieldError[] {
  const { replicas = 0, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const atMost = (key: keyof Counts, value: number, limit: number, of: string): FieldError[] =>
    value > limit ? [invalid(`status.${key}`, value, `cannot be greater than ${of}`)] : [];
  return [
    ...(['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const).flatMap((key) =>
      nonNegative(`status.${key}`, status[key]),
    ),
    ...atMost('fullyLabeledReplicas', fullyLabeledReplicas, replicas, 'status.replicas'),
    ...atMost('readyReplicas', readyReplicas, replicas, 'status.replicas'),
    ...atMost('availableReplicas', availableReplicas, replicas, 'status.replicas'),
    ...atMost('availableReplicas', availableReplicas, readyReplicas, 'readyReplicas'),
  ];
}
