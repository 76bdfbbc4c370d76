/**
 * What a gateway and a node's agent say to each other, over ONE WebSocket that the agent opens (a node may stand behind NAT).
 * Owns the messages, their limits and their order. Knows neither sockets nor Docker nor storage.
 *
 * ## Opening
 * The agent dials `wss://HOST` + `agentPath` with subprotocol `agentSubprotocol` and `Authorization: Bearer …`: a join token (`kjj_…`) the first time,
 * its own credential (`kjn_…`) ever after. The gateway refuses with plain HTTP before the upgrade: 401 an unknown, expired, used up or revoked secret,
 * 403 a cluster that is being deleted, 429 or 503 with Retry-After when it is busy.
 *
 * TEXT messages are JSON, one object each, told apart by `type`: `AgentMessage` one way, `GatewayMessage` the other. BINARY messages are frames of the
 * multiplexer in packages/streams (exec, attach, logs, port-forward, dial: a stream has byte channels with credit each, and notes for terminal sizes and
 * exit statuses). The gateway is the multiplexer's `dialer` and uses `MultiplexedNodeStreams`; the agent is its `acceptor` and serves
 * `acceptNodeStreams`. The agent itself opens streams with a `GatewayStreamRequest`: raw TCP to the cluster's API from inside pods.
 *
 * ## Session
 * 1. Agent → `hello`. With a join token it carries the SHA-256 of the credential that the agent has drawn and already saved; the gateway stores that hash
 *    in the transaction that counts the token's use. If the answer is lost, the credential works all the same: the agent tries it before the token.
 * 2. Gateway → `welcome` (or `refused`, then closes). `epoch` comes from Postgres and is higher than every earlier one of this node. The agent refuses a
 *    welcome whose epoch is not above the last one it saw; the gateway fences its writes by it and cuts the older session.
 * 3. Gateway → desired state; agent → `node`, then `podStatuses`, `events`, `podsGone` as they come, `heartbeat` on its interval.
 *
 * ## Desired state
 * A set of objects keyed by kind/namespace/name: this node's Pods with just the ConfigMaps and Secrets that they use. Either a full sync
 * (`desiredSync` in one or more parts; what no part named is gone once the `last` one came) or, when `welcome.resumed`, nothing but `desiredDelta`s after
 * `hello.resume.desiredRevision`. A delta applies as a whole. Revisions only grow within a session; a part or delta at or below the applied one is a
 * repetition and passed over. The agent answers each `last` part and each delta with `desiredApplied`, after it is on disk.
 * A Pod with `metadata.deletionTimestamp` is to be stopped with `deletionGracePeriodSeconds`; when no container of it is left the agent says `podsGone`
 * and the gateway deletes the object with grace 0 (precondition uid). A Pod that vanished from the set is stopped in the same way, with its own grace,
 * and reported gone too: NotFound is then a fine answer.
 *
 * ## Upward
 * `podStatuses`, `podsGone` and `events` come in numbered batches, at most one of each kind unanswered; each is answered by `batchResult`. What is not named in
 * `refused` was written. A refusal says whether trying again can help: `retry` (a conflict, a database that is away) or not (the pod is gone, the uid is
 * another's, the status is invalid). Statuses are complete, so the agent keeps only the newest of each pod, and a repeated batch does no harm.
 * After a new session the agent reports every pod's status once, then only changes.
 *
 * ## Deadlines
 * Each side ends a connection on which it heard nothing for `silenceLimitSeconds`. The agent sends `heartbeat` each `heartbeatIntervalSeconds`; the gateway
 * renews the node's Lease and answers `heartbeatAck`. A lease counts, for fencing, from the sending of the last acknowledged heartbeat.
 * A planned ending is make before break: gateway → `reconnect`; the agent opens a second connection, is welcomed, and closes the first with 1000. Streams
 * that run on the first may live until its `deadlineSeconds`.
 * A message that cannot be read ends the connection with 1008 (`protocolErrorCode`); unknown `type`s are passed over, so that either side may be newer.
 */
export * from './agent-messages.ts';
export * from './codec.ts';
export * from './desired-state.ts';
export * from './gateway-messages.ts';
export * from './limits.ts';
export * from './node-usage.ts';
