import { type Container, everyContainer } from '@kajitori/kinds';
import { blamed, type CheckedPod, plural, type PodSecurityCheck, quoted, Setters, type Violation } from './pod-security-check.ts';

const safeProfiles: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);
const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';
const seccompPodAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompContainerAnnotation = 'container.seccomp.security.alpha.kubernetes.io/';

const defaultCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Sysctls that touch only the pod, and since which version they count as such. */
const safeSysctls: ReadonlyMap<string, number> = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
]);

const safeSelinuxTypes: ReadonlyMap<string, number> = new Map([
  ['', 0],
  ['container_t', 0],
  ['container_init_t', 0],
  ['container_kvm_t', 0],
  ['container_engine_t', 31],
]);

/**
 * The level `baseline` of the Pod Security Standards: no known way out of a container. In the order of their names, which is that of
 * messages; those that the next level says more strictly come last.
 */
export const baselineChecks: readonly PodSecurityCheck[] = [
  { name: 'appArmorProfile', minor: 0, check: appArmorProfile },
  { name: 'hostNamespaces', minor: 0, check: hostNamespaces },
  { name: 'hostPorts', minor: 0, check: hostPorts },
  { name: 'hostProbesAndHostLifecycle', minor: 34, check: hostsOfProbes },
  { name: 'privileged', minor: 0, check: privileged },
  { name: 'procMount', minor: 0, check: procMount },
  { name: 'seLinuxOptions', minor: 0, check: selinuxOptions },
  { name: 'sysctls', minor: 0, check: sysctls },
  { name: 'windowsHostProcess', minor: 0, check: windowsHostProcess },
  { name: 'capabilities_baseline', minor: 0, overriddenBy: 'capabilities_restricted', check: capabilities },
  { name: 'hostPathVolumes', minor: 0, overriddenBy: 'restrictedVolumes', check: hostPathVolumes },
  { name: 'seccompProfile_baseline', minor: 0, overriddenBy: 'seccompProfile_restricted', check: seccompProfile },
];

function appArmorProfile({ metadata, spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ securityContext }) => unsafe(securityContext?.appArmorProfile?.type));
  const ofPod = unsafe(spec.securityContext?.appArmorProfile?.type);
  if (ofPod.length > 0) setters.pod(...ofPod);
  const annotated = Object.entries(metadata?.annotations ?? {})
    .filter(
      ([key, value]) =>
        key.startsWith(appArmorAnnotation) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
    )
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  if (!setters.found && annotated.length === 0) return undefined;
  const who = [...(setters.found ? [setters.names] : []), ...(annotated.length > 0 ? [plural(annotated.length, 'annotation')] : [])].join(
    ' and ',
  );
  const values = [...setters.values, ...annotated];
  return {
    reason: plural(values.length, 'forbidden AppArmor profile'),
    detail: `${who} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

/** The profile, where it is set and protects from nothing. */
export function unsafe(profile: string | undefined): string[] {
  return profile === undefined || safeProfiles.has(profile) ? [] : [profile];
}

function hostNamespaces({ spec }: CheckedPod): Violation | undefined {
  const shared = (['hostIPC', 'hostNetwork', 'hostPID'] as const).filter((name) => spec[name] === true);
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
}

function hostPorts({ spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ ports }) => (ports ?? []).flatMap(({ hostPort }) => ((hostPort ?? 0) === 0 ? [] : [String(hostPort)])));
  if (!setters.found) return undefined;
  const { values, containers, count } = setters;
  return {
    reason: 'hostPort',
    detail: `${containers} ${count === 1 ? 'uses' : 'use'} ${plural(values.length, 'hostPort')} ${values.join(', ')}`,
  };
}

function hostsOfProbes({ spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ livenessProbe, readinessProbe, startupProbe, lifecycle }) =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) =>
      [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? ''].filter((host) => host !== ''),
    ),
  );
  if (!setters.found) return undefined;
  const { values, containers, count } = setters;
  const what = plural(values.length, 'probe or lifecycle host');
  return { reason: 'probe or lifecycle host', detail: `${containers} ${count === 1 ? 'uses' : 'use'} ${what} ${quoted(values)}` };
}

function privileged({ spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ securityContext }) => securityContext?.privileged === true);
  return setters.found ? { reason: 'privileged', detail: `${setters.containers} must not set securityContext.privileged=true` } : undefined;
}

function procMount({ spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ securityContext }) => {
    const mount = securityContext?.procMount;
    return mount === undefined || mount === 'Default' ? [] : [mount];
  });
  if (!setters.found) return undefined;
  return { reason: 'procMount', detail: `${setters.containers} must not set securityContext.procMount to ${quoted(setters.values)}` };
}

function selinuxOptions({ spec }: CheckedPod, minor: number): Violation | undefined {
  const setters = new Setters();
  const types = new Set<string>();
  const said = new Set<string>();
  const isBad = ({ securityContext }: Pick<Container, 'securityContext'> | CheckedPod['spec']): boolean => {
    const { type = '', user = '', role = '' } = securityContext?.seLinuxOptions ?? {};
    const badType = !isSafe(safeSelinuxTypes, type, minor);
    if (badType) types.add(type);
    if (user !== '') said.add('user may not be set');
    if (role !== '') said.add('role may not be set');
    return badType || user !== '' || role !== '';
  };
  if (isBad(spec)) setters.pod();
  for (const container of everyContainer(spec)) if (isBad(container)) setters.container(container);
  if (!setters.found) return undefined;
  const ofTypes = types.size === 0 ? [] : [`${plural(types.size, 'type')} ${quoted([...types].sort())}`];
  const words = ['user may not be set', 'role may not be set'].filter((word) => said.has(word));
  return {
    reason: 'seLinuxOptions',
    detail: `${setters.names} set forbidden securityContext.seLinuxOptions: ${[...ofTypes, ...words].join('; ')}`,
  };
}

function sysctls({ spec }: CheckedPod, minor: number): Violation | undefined {
  const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !isSafe(safeSysctls, name, minor));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
}

/** Whether a version of the level knew the value as harmless. */
function isSafe(since: ReadonlyMap<string, number>, value: string, minor: number): boolean {
  const known = since.get(value);
  return known !== undefined && known <= minor;
}

function windowsHostProcess({ spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  if (spec.securityContext?.windowsOptions?.hostProcess === true) setters.pod();
  if (!setters.found) return undefined;
  return { reason: 'hostProcess', detail: `${setters.names} must not set securityContext.windowsOptions.hostProcess=true` };
}

function capabilities({ spec }: CheckedPod): Violation | undefined {
  const setters = blamed(spec, ({ securityContext }) =>
    (securityContext?.capabilities?.add ?? []).filter((one) => !defaultCapabilities.has(one)),
  );
  if (!setters.found) return undefined;
  return {
    reason: 'non-default capabilities',
    detail: `${setters.containers} must not include ${quoted(setters.values)} in securityContext.capabilities.add`,
  };
}

function hostPathVolumes({ spec }: CheckedPod): Violation | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume')} ${quoted(names)}` };
}

/** Before fields said it, annotations did. */
function seccompProfile(pod: CheckedPod, minor: number): Violation | undefined {
  if (minor < 19) return seccompAnnotations(pod);
  const { spec } = pod;
  const setters = blamed(spec, ({ securityContext }) => unsafe(securityContext?.seccompProfile?.type));
  const ofPod = unsafe(spec.securityContext?.seccompProfile?.type);
  if (ofPod.length > 0) setters.pod(...ofPod);
  if (!setters.found) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${setters.names} must not set securityContext.seccompProfile.type to ${quoted(setters.values)}`,
  };
}

function seccompAnnotations({ metadata, spec }: CheckedPod): Violation | undefined {
  const keys = [seccompPodAnnotation, ...everyContainer(spec).map(({ name }) => `${seccompContainerAnnotation}${name}`)];
  const bad = keys.flatMap((key) => {
    const value = metadata?.annotations?.[key];
    const safe = value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
    return safe ? [] : [`${key}=${JSON.stringify(value)}`];
  });
  return bad.length === 0
    ? undefined
    : { reason: 'seccompProfile', detail: `forbidden ${plural(bad.length, 'annotation')} ${bad.sort().join(', ')}` };
}
