import { StatusError } from '@kajitori/apimachinery';
import type { NodeStreams } from '@kajitori/streams';

const unreachable = async (): Promise<never> => {
  throw new StatusError('ServiceUnavailable', 'no node is connected');
};

export function nodeStreams(..._all: unknown[]): NodeStreams {
  return { exec: unreachable, attach: unreachable, logs: unreachable, portForward: unreachable };
}
