import { expect, it } from 'vitest';
import type { NodePod } from '../model/node-pod.ts';
import { tokenRights } from './token-rights.ts';

const pod = (securityContext: object, ...users: (number | undefined)[]): NodePod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'b', uid: 'c' },
  spec: {
    securityContext,
    containers: users.map((runAsUser, index) => ({
      name: `c${index}`,
      securityContext: runAsUser === undefined ? {} : { runAsUser },
    })),
  },
});

it.each([
  ['nobody said', pod({}, undefined), { mode: 0o644 }],
  ['the pod’s user', pod({ runAsUser: 1000 }, undefined, undefined), { mode: 0o600, uid: 1000 }],
  ['the user of all containers', pod({}, 1000, 1000), { mode: 0o600, uid: 1000 }],
  ['a container’s own before the pod’s', pod({ runAsUser: 1 }, 1000), { mode: 0o600, uid: 1000 }],
  ['different users', pod({}, 1000, 1001), { mode: 0o644 }],
  ['one that is not said', pod({}, 1000, undefined), { mode: 0o644 }],
  ['a group', pod({ fsGroup: 10_000 }, undefined), { mode: 0o600 }],
  ['user and group', pod({ runAsUser: 1000, fsGroup: 10_000 }, undefined), { mode: 0o600, uid: 1000 }],
])('a token is for %s', (_what, of, rights) => {
  expect(tokenRights(of, 0o644)).toEqual(rights);
});
