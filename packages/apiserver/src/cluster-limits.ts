import { bytesMaxDefault, ClusterGoneError, type ClusterStorage, objectsMaxDefault } from '@kajitori/storage';
import { connectionsPerSecond } from './fairness/connection-line.ts';
import { runningBeside, runningMax, sendingMax, waitingBeside, waitingMax, watchesMax } from './fairness/request-gate.ts';
import { bodyBytesMax } from './http/http-request.ts';
import { readError } from './registry/errors.ts';

/** What one cluster may use of what it shares with others. */
export interface ClusterLimit {
  name: string;
  max: number;
  /** What is sure while other clusters ask a busy server too, where that is less. */
  maxBeside?: number;
  unit: 'objects' | 'requests' | 'watches' | 'answers' | 'connections/s' | 'bytes';
  /** What it uses now, where that is counted for it; absent: each API server counts for itself. */
  used?: number;
}

/** The limits of requests, which each API server keeps for itself: see `RequestGate`. */
const serverLimits: readonly ClusterLimit[] = [
  { name: 'requests-running', max: runningMax, maxBeside: runningBeside, unit: 'requests' },
  { name: 'requests-waiting', max: waitingMax, maxBeside: waitingBeside, unit: 'requests' },
  { name: 'watches', max: watchesMax, unit: 'watches' },
  { name: 'long-answers', max: sendingMax, unit: 'answers' },
  { name: 'new-connections', max: connectionsPerSecond.usual, maxBeside: connectionsPerSecond.contended, unit: 'connections/s' },
  { name: 'request-body', max: bodyBytesMax, unit: 'bytes' },
];

/** All limits of a cluster. One that is being deleted uses nothing any more. @throws StatusError ServiceUnavailable when the database does not answer. */
export async function clusterLimits(storage: ClusterStorage): Promise<ClusterLimit[]> {
  const { objects, bytes } = await storage.count().catch((error: unknown) => {
    if (error instanceof ClusterGoneError) return { objects: 0, bytes: 0 };
    throw readError(error);
  });
  return [
    { name: 'objects', unit: 'objects', max: objectsMaxDefault, used: objects },
    { name: 'stored-bytes', unit: 'bytes', max: bytesMaxDefault, used: bytes },
    ...serverLimits,
  ];
}
