import { forbidden, notFound } from '@kajitori/apimachinery';
import { type Container, type Pod, pods, type ServiceAccount, serviceAccounts, type Volume } from '@kajitori/kinds';
import { type Call, groupResourceOf } from '../call.ts';
import { generatedName } from '../registry/metadata.ts';
import { toItem } from '../registry/stored.ts';
import { usualExpirationSeconds } from '../service-accounts/token-claims.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isNewOf } from './is-of.ts';
import type { PolicySource } from './policy-source.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const enforceAnnotation = 'kubernetes.io/enforce-mountable-secrets';
const defaultName = 'default';
/** Where client libraries look for their token. */
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
/** A namespace's `default` comes from a controller soon after the namespace: a pod waits for it a moment. */
const defaultLooksMax = 10;
const lookMilliseconds = 150;

/** Every pod runs as a ServiceAccount that is there, and finds its token, the cluster's CA and its namespace where programs look for them. */
export function serviceAccountAdmission(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: (request) => isNewOf(pods, request),

    async mutate({ call, object }) {
      const pod = object as Pod;
      if (isMirror(pod)) return;
      const { spec } = pod;
      const name = [spec.serviceAccountName, spec.serviceAccount].find((one) => one !== undefined && one !== '') ?? defaultName;
      spec.serviceAccountName = name;
      spec.serviceAccount = name;
      const account = await accountOf(policies, call, pod, name);
      if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod);
      if ((spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
        spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
      }
    },

    async validate({ call, object }) {
      const pod = object as Pod;
      const name = pod.spec.serviceAccountName ?? '';
      const refuse = (why: string | undefined): void => {
        if (why !== undefined) throw forbidden(groupResourceOf(call.kind), pod.metadata.name ?? '', why);
      };
      if (isMirror(pod)) return refuse(mirrorRefusal(pod));
      if (name === '') return refuse(`no service account specified for pod ${call.namespace}/${pod.metadata.name ?? ''}`);
      const account = await accountOf(policies, call, pod, name);
      if (account.metadata.annotations?.[enforceAnnotation] === 'true') refuse(secretRefusal(pod, account));
    },
  };
}

/** @throws StatusError Forbidden where there is no such account. */
async function accountOf(policies: PolicySource, call: Call, pod: Pod, name: string): Promise<ServiceAccount> {
  const held = (await policies.all(call, serviceAccounts)).find(({ metadata }) => metadata.name === name);
  if (held !== undefined) return held;
  for (let look = 1; look <= (name === defaultName ? defaultLooksMax : 1); look += 1) {
    if (look > 1) await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
    const stored = await call.storage.get({ group: '', resource: 'serviceaccounts', namespace: call.namespace, name });
    if (stored !== undefined) return toItem(serviceAccounts, stored).object;
  }
  const { message } = notFound({ group: '', resource: 'serviceaccount' }, name);
  throw forbidden(
    groupResourceOf(call.kind),
    pod.metadata.name ?? '',
    `error looking up service account ${call.namespace}/${name}: ${message}`,
  );
}

function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}

/** A pod that a node runs by itself stands for nothing of the API. */
function mirrorRefusal({ spec }: Pod): string | undefined {
  if ((spec.serviceAccountName ?? '') !== '') return 'a mirror pod may not reference service accounts';
  if (secretsOf(spec).length > 0) return 'a mirror pod may not reference secrets';
  const projects = (spec.volumes ?? []).some(({ projected }) =>
    (projected?.sources ?? []).some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
  );
  return projects ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined;
}

function mountToken({ spec }: Pod): void {
  const present = (spec.volumes ?? []).find(({ name }) => name.startsWith(volumePrefix));
  const name = present?.name ?? generatedName(volumePrefix);
  const without = [...(spec.initContainers ?? []), ...spec.containers].filter(
    ({ volumeMounts = [] }) => !volumeMounts.some((mount) => mount.mountPath === mountPath),
  );
  for (const container of without) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }];
  }
  if (present === undefined && without.length > 0) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: usualExpirationSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
}

/** Accounts may say that their pods use only the Secrets that they list. */
function secretRefusal({ spec }: Pod, { metadata, secrets, imagePullSecrets }: ServiceAccount): string | undefined {
  const listed = new Set((secrets ?? []).map(({ name }) => name));
  const account = `service account ${metadata.name ?? ''} does not reference that`;
  const found = secretsOf(spec).find(({ secret }) => !listed.has(secret));
  if (found !== undefined) return `${found.where}secret.secretName="${found.secret}" is not allowed because ${account} secret`;
  const pulls = new Set((imagePullSecrets ?? []).map(({ name }) => name));
  const at = (spec.imagePullSecrets ?? []).findIndex(({ name }) => !pulls.has(name));
  if (at < 0) return undefined;
  return `imagePullSecrets[${at}].name="${spec.imagePullSecrets?.[at]?.name ?? ''}" is not allowed because ${account} imagePullSecret`;
}

/** The Secrets that a pod's volumes and variables show, with the words that say where. */
function secretsOf({ volumes, initContainers, containers }: Pod['spec']): { where: string; secret: string }[] {
  const ofContainer =
    (kind: string) =>
    ({ name, env = [], envFrom = [] }: Container): { where: string; secret: string }[] => [
      ...env.flatMap((variable) => {
        const secret = variable.valueFrom?.secretKeyRef?.name;
        return secret === undefined ? [] : [{ where: `${kind} ${name} with envVar ${variable.name} referencing `, secret }];
      }),
      ...envFrom.flatMap(({ secretRef }) =>
        secretRef?.name === undefined ? [] : [{ where: `${kind} ${name} with envFrom referencing `, secret: secretRef.name }],
      ),
    ];
  return [
    ...(volumes ?? [])
      .flatMap(({ secret, projected }) => [secret?.secretName, (projected?.sources ?? []).map((source) => source.secret?.name)].flat())
      .flatMap((secret) => (secret === undefined ? [] : [{ where: 'volume with ', secret }])),
    ...(initContainers ?? []).flatMap(ofContainer('init container')),
    ...containers.flatMap(ofContainer('container')),
  ];
}
