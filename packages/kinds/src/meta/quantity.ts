import { coded } from '@kajitori/schema';

/** Canonical text of an amount (`500m`, `1Gi`); clients may send a JSON number. Arithmetic is apimachinery's `parseQuantity`. */
export const Quantity = coded<string>('io.k8s.apimachinery.pkg.api.resource.Quantity', 'quantity', { type: 'string' });
export type Quantity = string;
