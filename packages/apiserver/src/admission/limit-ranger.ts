import { forbidden, type KubeObject } from '@kajitori/apimachinery';
import { limitRanges, type PersistentVolumeClaim, persistentVolumeClaims, type Pod, pods } from '@kajitori/kinds';
import { applyLimitDefaults, claimLimitViolations, podLimitViolations } from '@kajitori/policies';
import { groupResourceOf } from '../call.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { isNewOf, isOf } from './is-of.ts';
import type { PolicySource } from './policy-source.ts';

/** Gives containers the requests and limits that their namespace's LimitRanges say, and holds pods and claims to them. */
export function limitRanger(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'LimitRanger',
    handles: (request) =>
      isNewOf(pods, request) || isResize(request) || (isOf(persistentVolumeClaims, request) && request.operation !== 'DELETE'),

    async mutate(request) {
      if (isNewOf(pods, request)) applyLimitDefaults(await policies.all(request.call, limitRanges), request.object as Pod);
    },

    async validate({ call, object }) {
      const found = await policies.all(call, limitRanges);
      if (found.length === 0 || object === undefined) return;
      const violations = call.kind === (pods as unknown) ? podLimitViolations(found, object as Pod) : claimViolations(found, object);
      if (violations.length === 0) return;
      const why = violations.length === 1 ? violations.join() : `[${violations.join(', ')}]`;
      throw forbidden(groupResourceOf(call.kind), object.metadata.name ?? '', why);
    },
  };
}

function isResize({ call }: AdmissionRequest): boolean {
  return call.subresource === 'resize' && call.kind === (pods as unknown);
}

function claimViolations(found: Parameters<typeof claimLimitViolations>[0], object: KubeObject): string[] {
  return claimLimitViolations(found, object as PersistentVolumeClaim);
}
