import { everyContainer, type Volume } from '@kajitori/kinds';
import { unsafe } from './baseline-checks.ts';
import { blamed, type CheckedPod, plural, type PodSecurityCheck, quoted, Setters, type Violation } from './pod-security-check.ts';

/** Since then rules that mean nothing on Windows do not bind its pods. */
const windowsMinor = 25;

const safeVolumes: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const unsafeVolumes: readonly (keyof Volume)[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

/** The level `restricted` of the Pod Security Standards: what hardens a pod beyond `baseline`, at the cost of some compatibility. */
export const restrictedChecks: readonly PodSecurityCheck[] = [
  { name: 'allowPrivilegeEscalation', minor: 8, check: allowPrivilegeEscalation },
  { name: 'capabilities_restricted', minor: 22, check: capabilities },
  { name: 'restrictedVolumes', minor: 0, check: volumes },
  { name: 'runAsNonRoot', minor: 0, check: runAsNonRoot },
  { name: 'runAsUser', minor: 23, check: runAsUser },
  { name: 'seccompProfile_restricted', minor: 19, check: seccompProfile },
];

function isExempt({ spec }: CheckedPod, minor: number): boolean {
  return minor >= windowsMinor && spec.os?.name === 'windows';
}

function allowPrivilegeEscalation(pod: CheckedPod, minor: number): Violation | undefined {
  if (isExempt(pod, minor)) return undefined;
  const setters = blamed(pod.spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (!setters.found) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${setters.containers} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function capabilities(pod: CheckedPod, minor: number): Violation | undefined {
  if (isExempt(pod, minor)) return undefined;
  const keeping = blamed(pod.spec, ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true);
  const adding = blamed(pod.spec, ({ securityContext }) =>
    (securityContext?.capabilities?.add ?? []).filter((one) => one !== 'NET_BIND_SERVICE'),
  );
  const details = [
    ...(keeping.found ? [`${keeping.containers} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.found ? [`${adding.containers} must not include ${quoted(adding.values)} in securityContext.capabilities.add`] : []),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function volumes({ spec }: CheckedPod): Violation | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => !safeVolumes.some((type) => volume[type] !== undefined));
  if (bad.length === 0) return undefined;
  const types = new Set(bad.map((volume) => unsafeVolumes.find((type) => volume[type] !== undefined) ?? 'unknown'));
  const names = quoted(bad.map(({ name }) => name));
  const what = plural(types.size, 'restricted volume type');
  return {
    reason: 'restricted volume types',
    detail: `${plural(bad.length, 'volume')} ${names} ${bad.length === 1 ? 'uses' : 'use'} ${what} ${quoted([...types].sort())}`,
  };
}

function runAsNonRoot({ spec }: CheckedPod): Violation | undefined {
  const reason = 'runAsNonRoot != true';
  const ofPod = spec.securityContext?.runAsNonRoot;
  const explicit = blamed(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  if (ofPod === false) explicit.pod();
  if (explicit.found) return { reason, detail: `${explicit.names} must not set securityContext.runAsNonRoot=false` };
  const silent = blamed(spec, ({ securityContext }) => ofPod !== true && securityContext?.runAsNonRoot === undefined);
  return silent.found ? { reason, detail: `pod or ${silent.containers} must set securityContext.runAsNonRoot=true` } : undefined;
}

function runAsUser({ spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  if (spec.securityContext?.runAsUser === 0) setters.pod();
  return setters.found ? { reason: 'runAsUser=0', detail: `${setters.names} must not set runAsUser=0` } : undefined;
}

function seccompProfile(pod: CheckedPod, minor: number): Violation | undefined {
  if (isExempt(pod, minor)) return undefined;
  const { spec } = pod;
  const reason = 'seccompProfile';
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const explicit = blamed(spec, ({ securityContext }) => unsafe(securityContext?.seccompProfile?.type));
  if (unsafe(ofPod).length > 0) explicit.pod(...unsafe(ofPod));
  if (explicit.found) {
    return { reason, detail: `${explicit.names} must not set securityContext.seccompProfile.type to ${quoted(explicit.values)}` };
  }
  const silent = new Setters();
  for (const container of everyContainer(spec)) {
    if (ofPod === undefined && container.securityContext?.seccompProfile === undefined) silent.container(container);
  }
  if (!silent.found) return undefined;
  return { reason, detail: `pod or ${silent.containers} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` };
}
