export { Gateway, type GatewayOptions } from './gateway.ts';
export type { NodeIdentity, NodePrincipal } from './identity.ts';
export type { ApiConnections, NodeClients } from './session/session-parts.ts';
export { MemorySessionDirectory } from './sessions/memory-session-directory.ts';
export { PostgresSessionDirectory } from './sessions/postgres-session-directory.ts';
export type { SessionDirectory, SessionKey, SessionRow } from './sessions/session-directory.ts';
export { type LocalSessions, RoutedStreams } from './streams/routed-streams.ts';
