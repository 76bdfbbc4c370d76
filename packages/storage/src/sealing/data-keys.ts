import type { ClusterId } from '@kajitori/apimachinery';

/** Where wrapped data keys lie: numbered from 1 in each cluster, the highest is the one to seal with. */
export interface DataKeys {
  list(cluster: ClusterId): Promise<WrappedKey[]>;
  /** False when the number is taken: another process was first, and its key is the one to use. */
  add(cluster: ClusterId, key: WrappedKey): Promise<boolean>;
  /** Deletes the keys below a number. What they sealed can never be read again. */
  deleteBelow(cluster: ClusterId, number: number): Promise<void>;
}

export interface WrappedKey {
  number: number;
  wrapped: string;
}
