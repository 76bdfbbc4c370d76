import type { KubeObject } from '@kajitori/apimachinery';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const isPod = ({ call }: AdmissionRequest): boolean => call.kind.group === '' && call.kind.plural === 'pods' && call.subresource === '';

interface PodSpecDraft {
  tolerations?: { key?: string; operator?: string; effect?: string; tolerationSeconds?: number }[];
}

function specOf(object: KubeObject | undefined): PodSpecDraft {
  return object?.['spec'] ?? {};
}

const tolerationSecondsDefault = 300;

/** Pods stay five minutes on a node that is not ready or unreachable, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: (request) => isPod(request) && request.operation === 'CREATE',
  mutate({ object }) {
    const spec = specOf(object);
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
      const tolerated = (spec.tolerations ?? []).some(
        (one) =>
          (one.key === undefined || one.key === '' || one.key === key) &&
          (one.effect === undefined || one.effect === '' || one.effect === 'NoExecute'),
      );
      if (!tolerated) {
        spec.tolerations = [
          ...(spec.tolerations ?? []),
          { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: tolerationSecondsDefault },
        ];
      }
    }
  },
};
