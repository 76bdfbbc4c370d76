import type { CertificateSigningRequest, CertificationRequest } from '@kajitori/kinds';
import type { CertificateOrder } from '../runtime/cluster-signer.ts';

/** Which requests the cluster's own signers take, by Kubernetes' rules (Certificates and Certificate Signing Requests). Pure. */
const day = 86_400;
/** Also what one gets who asks for nothing. */
const longestSeconds = 365 * day;
const shortestSeconds = 600;

const nodesGroup = 'system:nodes';
const nodePrefix = 'system:node:';

/** What is wrong with a request for its signer; undefined when it may be signed. */
type Check = (request: CertificationRequest, usages: readonly string[]) => string | undefined;

export const signers: Readonly<Record<string, Check>> = {
  'kubernetes.io/kube-apiserver-client': (_request, usages) =>
    usagesError(usages, 'client auth', [['digital signature', 'key encipherment', 'client auth']]),
  'kubernetes.io/kube-apiserver-client-kubelet': kubeletClientError,
  'kubernetes.io/kubelet-serving': kubeletServingError,
};

export function kubeletClientError(request: CertificationRequest, usages: readonly string[]): string | undefined {
  const names = [
    ['DNS', request.dnsNames],
    ['email', request.emailAddresses],
    ['IP', request.ipAddresses],
    ['URI', request.uris],
  ] as const;
  const named = names.find(([, list]) => list.length > 0);
  if (!isNodes(request)) return 'subject organization is not system:nodes';
  if (named !== undefined) return `${named[0]} subjectAltNames are not allowed`;
  if (!request.commonName.startsWith(nodePrefix)) return `subject common name does not begin with ${nodePrefix}`;
  return exactUsages(usages, 'client auth');
}

function kubeletServingError(request: CertificationRequest, usages: readonly string[]): string | undefined {
  if (!isNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0) return 'at least one DNS or IP subjectAltName is required';
  if (request.emailAddresses.length > 0) return 'email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith(nodePrefix)) return `subject common name does not begin with ${nodePrefix}`;
  return exactUsages(usages, 'server auth');
}

const isNodes = ({ organizations }: CertificationRequest): boolean => organizations.length === 1 && organizations[0] === nodesGroup;

function exactUsages(usages: readonly string[], purpose: string): string | undefined {
  const short = ['digital signature', purpose];
  const all = [...short, 'key encipherment'];
  const same = (wanted: string[]): boolean => wanted.length === usages.length && wanted.every((one) => usages.includes(one));
  return same(short) || same(all) ? undefined : `usages did not match [${all.sort().join(' ')}]`;
}

function usagesError(usages: readonly string[], required: string, [allowed = []]: readonly string[][]): string | undefined {
  if (usages.includes(required) && usages.every((one) => allowed.includes(one))) return undefined;
  return `invalid usages for client certificate: [${usages.join(' ')}]`;
}

export function certificateOrder(object: CertificateSigningRequest, request: CertificationRequest, now: Date): CertificateOrder {
  const { usages = [], expirationSeconds = longestSeconds } = object.spec;
  const seconds = Math.min(Math.max(expirationSeconds, shortestSeconds), longestSeconds);
  const { commonName, organizations, publicKey, dnsNames, ipAddresses } = request;
  return {
    commonName,
    organizations,
    publicKey,
    notAfter: new Date(now.getTime() + seconds * 1000),
    keyEncipherment: usages.includes('key encipherment'),
    ...(usages.includes('server auth') ? { serverNames: [...dnsNames, ...ipAddresses] } : {}),
  };
}
