import type { PodSpec } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { existingPodWarnings, podSecurityViolations, violationDetails } from './pod-security-evaluation.ts';
import { type LevelVersion, levelVersionText, podSecurityPolicyOf } from './pod-security-policy.ts';

const latest = (level: LevelVersion['level']): LevelVersion => ({ level, minor: Infinity });
const said = (level: LevelVersion, spec: object, annotations: Record<string, string> = {}): string =>
  violationDetails(podSecurityViolations(level, { metadata: { annotations }, spec: spec as PodSpec }));
const one = (securityContext: object, more: object = {}): object => ({ containers: [{ name: 'a', securityContext, ...more }] });

const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

const baseline: [what: string, spec: object, detail: string][] = [
  ['nothing special', one({}), ''],
  [
    'host namespaces',
    { ...one({}), hostNetwork: true, hostPID: true, hostIPC: true },
    'host namespaces (hostIPC=true, hostNetwork=true, hostPID=true)',
  ],
  ['privileged', one({ privileged: true }), 'privileged (container "a" must not set securityContext.privileged=true)'],
  [
    'capabilities',
    one({ capabilities: { add: ['NET_RAW', 'CHOWN', 'BPF'] } }),
    'non-default capabilities (container "a" must not include "BPF", "NET_RAW" in securityContext.capabilities.add)',
  ],
  ['hostPath', { ...one({}), volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
  [
    'host ports',
    one(
      {},
      {
        ports: [
          { containerPort: 1, hostPort: 90 },
          { containerPort: 2, hostPort: 80 },
        ],
      },
    ),
    'hostPort (container "a" uses hostPorts 80, 90)',
  ],
  [
    'AppArmor',
    one({ appArmorProfile: { type: 'Unconfined' } }),
    'forbidden AppArmor profile (container "a" must not set AppArmor profile type to "Unconfined")',
  ],
  [
    'SELinux',
    { ...one({ seLinuxOptions: { type: 'spc_t', user: 'u' } }), securityContext: { seLinuxOptions: { role: 'r' } } },
    'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
  ],
  ['procMount', one({ procMount: 'Unmasked' }), 'procMount (container "a" must not set securityContext.procMount to "Unmasked")'],
  [
    'seccomp',
    { ...one({}), securityContext: { seccompProfile: { type: 'Unconfined' } } },
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    'sysctls',
    { ...one({}), securityContext: { sysctls: [{ name: 'kernel.msgmax' }, { name: 'net.ipv4.tcp_rmem' }] } },
    'forbidden sysctls (kernel.msgmax)',
  ],
  [
    'host process',
    { ...one({ windowsOptions: { hostProcess: true } }), securityContext: { windowsOptions: { hostProcess: true } } },
    'hostProcess (pod and container "a" must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    'hosts of probes',
    one({}, { livenessProbe: { httpGet: { host: 'x' } }, lifecycle: { preStop: { tcpSocket: { host: 'y' } } } }),
    'probe or lifecycle host (container "a" uses probe or lifecycle hosts "x", "y")',
  ],
];

describe('baseline', () => {
  it.each(baseline)('%s', (_what, spec, detail) => {
    expect(said(latest('baseline'), spec)).toBe(detail);
  });

  it('reads annotations of AppArmor, and those of seccomp as long as they counted', () => {
    const annotations = {
      'container.apparmor.security.beta.kubernetes.io/a': 'unconfined',
      'container.seccomp.security.alpha.kubernetes.io/a': 'unconfined',
    };
    const appArmor =
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined"")';
    expect(said(latest('baseline'), one({}), annotations)).toBe(appArmor);
    expect(said({ level: 'baseline', minor: 18 }, one({}), annotations)).toBe(
      `${appArmor}, seccompProfile (forbidden annotation container.seccomp.security.alpha.kubernetes.io/a="unconfined")`,
    );
  });

  it('knows what each version knew', () => {
    const sysctls = { ...one({}), securityContext: { sysctls: [{ name: 'net.ipv4.tcp_fin_timeout' }] } };
    expect(said({ level: 'baseline', minor: 28 }, sysctls)).toBe('forbidden sysctls (net.ipv4.tcp_fin_timeout)');
    expect(said({ level: 'baseline', minor: 29 }, sysctls)).toBe('');
    expect(said({ level: 'baseline', minor: 33 }, one({}, { livenessProbe: { httpGet: { host: 'x' } } }))).toBe('');
  });
});

const restricted: [what: string, spec: object, detail: string][] = [
  ['hardened', one(hardened), ''],
  [
    'hardened as a pod',
    {
      ...one({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }),
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Localhost' } },
    },
    '',
  ],
  [
    'escalation',
    one({ ...hardened, allowPrivilegeEscalation: undefined }),
    'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
  ],
  [
    'capabilities',
    one({ ...hardened, capabilities: { add: ['NET_BIND_SERVICE', 'CHOWN'] } }),
    'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    'volumes',
    {
      ...one(hardened),
      volumes: [
        { name: 'v', hostPath: {} },
        { name: 'w', nfs: {} },
        { name: 'ok', emptyDir: {} },
      ],
    },
    'restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs")',
  ],
  [
    'root said',
    one({ ...hardened, runAsNonRoot: false }),
    'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)',
  ],
  ['user 0', one({ ...hardened, runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
  [
    'seccomp',
    one({ ...hardened, seccompProfile: undefined }),
    'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  ['Windows', { ...one({ runAsNonRoot: true }), os: { name: 'windows' } }, ''],
];

describe('restricted', () => {
  it.each(restricted)('%s', (_what, spec, detail) => {
    expect(said(latest('restricted'), spec)).toBe(detail);
  });

  it('falls back to the rule of baseline where it knew none of its own', () => {
    const spec = one({ runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { add: ['BPF'] } });
    expect(said({ level: 'restricted', minor: 18 }, spec)).toBe(
      'non-default capabilities (container "a" must not include "BPF" in securityContext.capabilities.add)',
    );
  });
});

describe('labels of namespaces', () => {
  it('say level and version for each mode', () => {
    const { policy, errors } = podSecurityPolicyOf({
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/enforce-version': 'v1.30',
      'pod-security.kubernetes.io/warn': 'restricted',
    });
    expect(errors).toEqual([]);
    expect([policy.enforce, policy.audit, policy.warn].map(levelVersionText)).toEqual([
      'baseline:v1.30',
      'privileged:latest',
      'restricted:latest',
    ]);
  });

  it('fail closed where they enforce and open where they only tell', () => {
    const { policy, errors } = podSecurityPolicyOf({
      'pod-security.kubernetes.io/enforce': 'x',
      'pod-security.kubernetes.io/warn': 'x',
      'pod-security.kubernetes.io/warn-version': '1.2',
    });
    expect([policy.enforce.level, policy.warn.level]).toEqual(['restricted', 'privileged']);
    expect(errors.map(({ message }) => message)).toEqual([
      'Invalid value: "x": must be one of privileged, baseline, restricted',
      'Invalid value: "x": must be one of privileged, baseline, restricted',
      'Invalid value: "1.2": must be "latest" or "v1.x"',
    ]);
  });

  it('warn of pods that are there, grouped by reason', () => {
    const bad = (reason: string): { reason: string; detail: string }[] => [{ reason, detail: '' }];
    expect(
      existingPodWarnings('n', 'baseline:latest', [
        { name: 'c', violations: bad('hostPort') },
        { name: 'b', violations: bad('privileged') },
        { name: 'a', violations: bad('privileged') },
      ]),
    ).toEqual([
      'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 1 other pod): privileged',
      'c: hostPort',
    ]);
  });
});
