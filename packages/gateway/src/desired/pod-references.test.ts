import type { Pod } from '@kajitori/kinds';
import { expect, it } from 'vitest';
import { podReferences } from './pod-references.ts';

it('finds every ConfigMap and Secret that a pod names, once', () => {
  const env = (kind: 'configMapKeyRef' | 'secretKeyRef', name: string): object => ({
    name: 'E',
    valueFrom: { [kind]: { name, key: 'k' } },
  });
  const pod = {
    metadata: { name: 'p', namespace: 'ns' },
    spec: {
      volumes: [
        { name: 'a', configMap: { name: 'cm-volume' } },
        { name: 'b', secret: { secretName: 's-volume' } },
        {
          name: 'c',
          projected: {
            sources: [{ configMap: { name: 'cm-projected' } }, { secret: { name: 's-projected' } }, { serviceAccountToken: { path: 't' } }],
          },
        },
        { name: 'd', emptyDir: {} },
      ],
      initContainers: [{ name: 'i', env: [env('secretKeyRef', 's-init')] }],
      containers: [
        {
          name: 'c',
          env: [env('configMapKeyRef', 'cm-env'), env('configMapKeyRef', 'cm-volume'), { name: 'V', value: 'v' }],
          envFrom: [{ secretRef: { name: 's-from' } }, { configMapRef: { name: 'cm-from' } }],
        },
      ],
      ephemeralContainers: [{ name: 'e', env: [env('secretKeyRef', 's-debug')] }],
      imagePullSecrets: [{ name: 's-pull' }, {}],
    },
  } as unknown as Pod;
  const texts = podReferences(pod).map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`);
  expect(texts.sort()).toEqual([
    'ConfigMap/ns/cm-env',
    'ConfigMap/ns/cm-from',
    'ConfigMap/ns/cm-projected',
    'ConfigMap/ns/cm-volume',
    'Secret/ns/s-debug',
    'Secret/ns/s-from',
    'Secret/ns/s-init',
    'Secret/ns/s-projected',
    'Secret/ns/s-pull',
    'Secret/ns/s-volume',
  ]);
});
