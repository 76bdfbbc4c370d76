import type { ObjectMeta } from '@kajitori/apimachinery';

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const unset = '<unset>';

/** Access modes as tables abbreviate them, in Kubernetes' order. */
export function accessModesCell(modes: readonly string[] | undefined): string {
  return Object.entries(shortModes)
    .filter(([mode]) => modes?.includes(mode) === true)
    .map(([, short]) => short)
    .join(',');
}

export function phaseCell({ metadata, status }: { metadata: ObjectMeta; status?: { phase?: string } }): string {
  return metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
}
