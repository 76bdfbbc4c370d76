import { dns1123LabelError, dns1123SubdomainError, invalid } from '@kajitori/apimachinery';
import { list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { Toleration } from '../core/toleration.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { Quantity } from '../meta/quantity.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { immutableField } from '../meta/immutable.ts';

export const RuntimeClass = topLevel('io.k8s.api.node.v1.RuntimeClass', {
  handler: string(2).required(),
  overhead: ref(3, () => Overhead),
  scheduling: ref(4, () => Scheduling),
});
export type RuntimeClass = Infer<typeof RuntimeClass>;

export const Overhead = object('io.k8s.api.node.v1.Overhead', {
  podFixed: map(1, () => Quantity),
});
export type Overhead = Infer<typeof Overhead>;

export const Scheduling = object('io.k8s.api.node.v1.Scheduling', {
  nodeSelector: map(1, string()).atomicMap(),
  tolerations: list(2, () => Toleration).atomic(),
});
export type Scheduling = Infer<typeof Scheduling>;

export const runtimeClasses: Kind<RuntimeClass> = {
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  singular: 'runtimeclass',
  namespaced: false,
  schema: RuntimeClass,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    validate({ handler }) {
      const wrong = dns1123LabelError(handler);
      return wrong === undefined ? [] : [invalid('handler', handler, wrong)];
    },
    validateUpdate: (runtimeClass, old) => immutableField('handler', runtimeClass.handler, old.handler),
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, textColumn('Handler', 'The runtime that nodes know by this name.', ({ handler }) => handler), ageColumn],
};
