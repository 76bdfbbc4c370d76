import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { Quantity } from '../meta/quantity.ts';
import { topLevel } from '../meta/top-level.ts';
import { nameColumn, textColumn } from '../meta/columns.ts';

export const CSIStorageCapacity = topLevel('io.k8s.api.storage.v1.CSIStorageCapacity', {
  nodeTopology: ref(2, () => LabelSelector),
  storageClassName: string(3).required(),
  capacity: ref(4, () => Quantity),
  maximumVolumeSize: ref(5, () => Quantity),
});
export type CSIStorageCapacity = Infer<typeof CSIStorageCapacity>;

export const csiStorageCapacities: Kind<CSIStorageCapacity> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  namespaced: true,
  schema: CSIStorageCapacity,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    textColumn('StorageClassName', 'The class that it is for.', ({ storageClassName }) => storageClassName),
    textColumn('Capacity', 'How much room there is.', ({ capacity }) => capacity ?? '<unset>'),
  ],
};
