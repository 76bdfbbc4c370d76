import { humanDuration, pathSegmentError } from '@kajitori/apimachinery';
import { bytes, int32, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';
import { validateAnswer, validateSigningRequest } from './validate-signing-request.ts';
import { ageColumn, nameColumn, none, textColumn } from '../meta/columns.ts';

export const CertificateSigningRequest = topLevel('io.k8s.api.certificates.v1.CertificateSigningRequest', {
  spec: ref(2, () => CertificateSigningRequestSpec)
    .required()
    .always(),
  status: ref(3, () => CertificateSigningRequestStatus).byValue(),
});
export type CertificateSigningRequest = Infer<typeof CertificateSigningRequest>;

export const CertificateSigningRequestSpec = object('io.k8s.api.certificates.v1.CertificateSigningRequestSpec', {
  request: bytes(1).required(),
  username: string(2),
  uid: string(3),
  groups: list(4, string()).atomic(),
  usages: list(5, string()).atomic(),
  extra: map(6, list(undefined, string())),
  signerName: string(7).required(),
  expirationSeconds: int32(8).keepsZero(),
});
export type CertificateSigningRequestSpec = Infer<typeof CertificateSigningRequestSpec>;

export const CertificateSigningRequestStatus = object('io.k8s.api.certificates.v1.CertificateSigningRequestStatus', {
  conditions: list(1, () => CertificateSigningRequestCondition).mapBy('type'),
  certificate: bytes(2),
});
export type CertificateSigningRequestStatus = Infer<typeof CertificateSigningRequestStatus>;

export const CertificateSigningRequestCondition = object('io.k8s.api.certificates.v1.CertificateSigningRequestCondition', {
  type: string(1).required(),
  reason: string(2),
  message: string(3),
  lastUpdateTime: ref(4, () => Time),
  lastTransitionTime: ref(5, () => Time),
  status: string(6).required(),
});
export type CertificateSigningRequestCondition = Infer<typeof CertificateSigningRequestCondition>;

function conditionCell({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some((one) => one.type === type) === true;
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) words.push('Failed');
  if ((status?.certificate ?? '') !== '') words.push('Issued');
  return words.join(',');
}

export const certificateSigningRequests: Kind<CertificateSigningRequest> = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  shortNames: ['csr'],
  namespaced: false,
  schema: CertificateSigningRequest,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    approval: { kind: 'certificates.k8s.io/v1/CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
    status: { kind: 'certificates.k8s.io/v1/CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: pathSegmentError,
    generation: false,
    prepareForCreate: resetStatus({}),
    // What was asked for stays; answers come through the subresources.
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      draft.spec = old.spec;
    },
    validate: validateSigningRequest,
    // `approval` decides and never issues; the resource itself does neither, since its status stays.
    validateUpdate: (wanted, old) => validateAnswer(wanted, old, { mayDecide: true, mayIssue: false }),
    validateStatusUpdate: (wanted, old) => [
      ...validateSigningRequest(wanted),
      ...validateAnswer(wanted, old, { mayDecide: false, mayIssue: true }),
    ],
    allowUnconditionalUpdate: true,
  },
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
  columns: [
    nameColumn,
    ageColumn,
    textColumn('SignerName', 'Who is asked to sign.', ({ spec }) => spec.signerName),
    textColumn('Requestor', 'Who asks.', ({ spec }) => spec.username ?? ''),
    textColumn('RequestedDuration', 'How long the certificate shall last.', ({ spec }) =>
      spec.expirationSeconds === undefined ? none : humanDuration(spec.expirationSeconds * 1000),
    ),
    textColumn('Condition', 'What became of it.', conditionCell),
  ],
};
