export { AgentConnection, type AgentConnectionOptions, type ClosedConnection, RefusedByGatewayError } from './agent-connection.ts';
export { startHollowFleet } from './hollow-fleet.ts';
export { HollowNode, type HollowNodeOptions } from './hollow-node.ts';
export { type HollowPhase, type HollowPod, hollowPodStatus } from './hollow-pod.ts';
export { HollowStreams } from './hollow-streams.ts';
