import type { ClusterDialer, NodeStreams } from '../node-streams.ts';
import { acceptNodeStreams } from './accept-node-streams.ts';
import { MultiplexedNodeStreams } from './multiplexed-node-streams.ts';
import { Multiplexer, type MultiplexerOptions } from './multiplexer.ts';

export interface MultiplexerPair {
  dialer: Multiplexer;
  acceptor: Multiplexer;
  /** Most messages that ever were under way at once. */
  deepest: () => number;
}

/** For tests: two ends joined by a line that delivers in order, a little later. */
export function multiplexerPair(accept?: MultiplexerOptions['accept']): MultiplexerPair {
  let under = 0;
  let deepest = 0;
  const line = (to: () => Multiplexer) => (message: Buffer, sent: () => void) => {
    deepest = Math.max(deepest, (under += 1));
    setImmediate(() => {
      under -= 1;
      to().receive(message);
      sent();
    });
  };
  const dialer: Multiplexer = new Multiplexer({ role: 'dialer', send: line(() => acceptor), accept });
  const acceptor: Multiplexer = new Multiplexer({ role: 'acceptor', send: line(() => dialer), accept });
  return { dialer, acceptor, deepest: () => deepest };
}

/** For tests: a node behind a connection. */
export function behindMultiplexer(node: NodeStreams & ClusterDialer): NodeStreams & ClusterDialer {
  return new MultiplexedNodeStreams(multiplexerPair(acceptNodeStreams(node)).dialer);
}
