/** Where the gateway listens for agents. */
export const agentPath = '/agent/v1';
/** Names the framing of the connection; the messages' own version is agreed on in `hello` and `welcome`. */
export const agentSubprotocol = 'v1.agent.kajitori';

/** The newest version of the messages that this code speaks, and the oldest that it still understands. */
export const protocolVersion = 1;
export const oldestProtocolVersion = 1;

/** Largest text message, either way. Senders split batches and sync parts long before. */
export const maxMessageBytes = 16 * 1024 * 1024;
/** Where a sender starts the next part or batch. One object may be larger than this on its own. */
export const targetMessageBytes = 512 * 1024;
export const maxBatchItems = 500;
/** Objects in one node's desired state. */
export const maxDesiredObjects = 20_000;
/** How long an agent waits for `welcome`, and a gateway for `hello`. */
export const helloTimeoutMilliseconds = 15_000;
/** How long an agent waits for a `batchResult` or `tokenResult` before it takes the connection for broken. */
export const answerTimeoutMilliseconds = 60_000;

/** WebSocket close codes beyond the standard's. */
export const protocolErrorCode = 1008;
export const closeCodes = {
  /** A newer session of the node took over: do not come back with this epoch. */
  superseded: 4001,
  /** The credential was revoked. */
  revoked: 4003,
  /** The node was removed from its cluster. */
  removed: 4004,
} as const;
