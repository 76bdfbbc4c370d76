/** The packages by level, lowest first: one may import only what stands on a lower level. ARCHITECTURE.md says why. */
export const levels: readonly (readonly string[])[] = [
  ['apimachinery', 'telemetry', 'servers', 'egress'],
  ['schema', 'cel', 'schedules', 'agent-protocol', 'server-process'],
  ['kinds', 'scheduling', 'authorization', 'storage', 'streams', 'accounts'],
  ['reconciler', 'client', 'policies'],
  ['apiserver', 'management', 'gateway', 'controllers', 'agent'],
  ['control-plane'],
  ['testing'],
  ['sim'],
  ['e2e'],
];

/** Rooms of the agent, which never import each other: what they share lies beside them and is handed in. */
export const agentRooms = [
  'connection',
  'pod-sync',
  'runtime',
  'probes',
  'volumes',
  'network',
  'dns',
  'proxy',
  'ingress',
  'streams',
  'stats',
  'checkpoint',
] as const;
