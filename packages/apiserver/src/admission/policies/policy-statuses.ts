import { parseApiVersion } from '@kajitori/apimachinery';
import {
  type Kind,
  kindOf,
  kindOfResource,
  validatingAdmissionPolicies,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicySpec,
} from '@kajitori/kinds';
import type { Companions } from '../../companions/companions.ts';
import type { OwnKinds } from '../dynamic/equivalents.ts';
import { namedResources, typeWarnings } from './type-checks.ts';

/**
 * Checks the types of a policy's expressions when it is written: its author reads in its status what will go wrong. A status that is written without
 * `observedGeneration` is made anew, by which a controller has a policy checked against kinds that came after it.
 */
export function policyStatuses(ownKinds: OwnKinds): Companions {
  return {
    fills: true,
    handles: ({ kind, subresource }) =>
      kind.group === validatingAdmissionPolicies.group && kind.plural === validatingAdmissionPolicies.plural && isPolicy(subresource),
    async claim({ cluster, subresource }, draft, old) {
      const policy = draft as unknown as ValidatingAdmissionPolicy;
      const { generation } = policy.metadata;
      const isChecked =
        subresource === 'status'
          ? policy.status?.observedGeneration !== undefined
          : old !== undefined && old.metadata.generation === generation;
      if (isChecked) return [];
      const own = [...(await ownKinds(cluster))];
      policy.status = {
        ...policy.status,
        ...(generation === undefined ? {} : { observedGeneration: generation }),
        typeChecking: typeChecking(policy.spec, own),
      };
      return [];
    },
  };
}

const isPolicy = (subresource: string): boolean => subresource === '' || subresource === 'status';

function typeChecking(
  spec: ValidatingAdmissionPolicySpec,
  own: readonly Kind[],
): NonNullable<ValidatingAdmissionPolicy['status']>['typeChecking'] {
  const kinds = namedResources(spec.matchConstraints ?? {}).flatMap(({ group, version, resource }) => {
    const isNamed = (one: Kind): boolean => one.group === group && one.version === version && one.plural === resource;
    return kindOfResource(group, version, resource) ?? own.find(isNamed) ?? [];
  });
  const expressionWarnings = typeWarnings(spec, kinds, paramsOf(spec, own));
  return expressionWarnings.length === 0 ? {} : { expressionWarnings };
}

function paramsOf({ paramKind }: ValidatingAdmissionPolicySpec, own: readonly Kind[]): Kind | undefined {
  const { apiVersion = '', kind = '' } = paramKind ?? {};
  const gv = parseApiVersion(apiVersion);
  if (gv === undefined) return undefined;
  const isNamed = (one: Kind): boolean => one.group === gv.group && one.version === gv.version && one.kind === kind;
  return kindOf({ ...gv, kind }) ?? own.find(isNamed);
}
