import type { ObjectMeta } from '@kajitori/apimachinery';

/** The parts of a Node that scheduling reads; the API's own Node fits this shape. */
export interface SchedulableNode {
  metadata: ObjectMeta;
  spec?: { unschedulable?: boolean; taints?: Taint[] };
  status?: {
    allocatable?: Record<string, string>;
    images?: { names?: string[]; sizeBytes?: number }[];
  };
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}
