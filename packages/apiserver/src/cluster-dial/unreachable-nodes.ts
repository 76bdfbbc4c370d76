import { StatusError } from '@kajitori/apimachinery';
import type { NodeStreams } from '@kajitori/streams';

const refuse = (): Promise<never> => Promise.reject(new StatusError('ServiceUnavailable', 'this process has no way to nodes'));

/** For a process that serves the API without a way to nodes. */
export const unreachableNodes: NodeStreams = { exec: refuse, attach: refuse, logs: refuse, portForward: refuse, document: refuse };
