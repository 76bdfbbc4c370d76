import type { IForbiddenRuleType } from 'dependency-cruiser';
import { agentRooms, levels } from './levels.ts';

/** What only tests run. */
const testCode = String.raw`(\.(test|fixture|testing)\.ts$|/(test|fixtures|conformance|testing)/)`;

const upward: IForbiddenRuleType[] = levels.flatMap((names, level) =>
  names.map((name) => ({
    name: `level-${level}-${name}`,
    comment: `packages/${name} stands on level ${level} and may import only packages of lower levels`,
    severity: 'error' as const,
    from: { path: `^packages/${name}/`, pathNot: testCode },
    to: { path: `^packages/(?!${name}/|(${levels.slice(0, level).flat().join('|')})/)` },
  })),
);

const upwardFromTests: IForbiddenRuleType[] = levels.flatMap((names, level) =>
  names.map((name) => ({
    name: `level-${level}-${name}-tests`,
    comment: `tests of packages/${name} may import packages up to their own level, and packages/testing`,
    severity: 'error' as const,
    from: { path: `^packages/${name}/.*${testCode}` },
    to: { path: `^packages/(?!${name}/|(${[...levels.slice(0, level + 1).flat(), 'testing'].join('|')})/)` },
  })),
);

const rooms: IForbiddenRuleType[] = agentRooms.map((room) => ({
  name: `agent-room-${room}`,
  comment: 'rooms of the agent never import each other: hand in what they need',
  severity: 'error',
  from: { path: `^packages/agent/src/${room}/` },
  to: { path: `^packages/agent/src/(${agentRooms.filter((other) => other !== room).join('|')})/` },
}));

export const importRules: IForbiddenRuleType[] = [
  {
    name: 'no-cycles',
    comment: 'a cycle has no first reader',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-unresolvable',
    comment: 'what is imported must be there',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  ...upward,
  ...upwardFromTests,
  ...rooms,
  {
    name: 'packages-import-no-app',
    comment: 'apps are wiring: nothing depends on them',
    severity: 'error',
    from: { path: '^packages/' },
    to: { path: '^(apps|infra)/' },
  },
  {
    name: 'apps-import-no-app',
    comment: 'an app is one process; what two share belongs into a package',
    severity: 'error',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'bullmq-in-reconciler-only',
    comment: 'BullMQ is a driver behind the reconciler’s port',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: '^packages/reconciler/' },
    to: { path: '(^|/)node_modules/bullmq/|^bullmq' },
  },
  {
    name: 'docker-in-agent-runtime-only',
    comment: 'the Docker socket has one user: packages/agent/src/runtime',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: `^packages/agent/src/runtime/|^packages/(testing|e2e)/|${testCode}` },
    to: { path: '(^|/)node_modules/dockerode/|^dockerode|^packages/agent/src/runtime/docker-' },
  },
];
