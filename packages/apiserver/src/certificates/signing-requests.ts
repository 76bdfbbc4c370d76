import { type Clock, forbidden, formatTime } from '@kajitori/apimachinery';
import { type CertificateSigningRequest, certificateSigningRequests, parseCertificationRequest } from '@kajitori/kinds';
import type { AdmissionPlugin, AdmissionRequest } from '../admission/admission.ts';
import type { Authorize } from '../authorization/authorizer.ts';
import { type Call, groupResourceOf } from '../call.ts';

type Conditions = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>;

const clientSigner = 'kubernetes.io/kube-apiserver-client';
const superusers = 'system:masters';
const decisions: ReadonlySet<string> = new Set(['Approved', 'Denied']);

const isSigningRequest = ({ call }: AdmissionRequest): boolean =>
  call.kind.group === certificateSigningRequests.group && call.kind.plural === certificateSigningRequests.plural;

/**
 * Who may ask for certificates, decide and sign: Kubernetes' CertificateSubjectRestriction, CertificateApproval and CertificateSigning. It
 * also keeps apart what each way of writing may touch; it stands after whatever runs tenants' code, so that nobody asks in another's name.
 */
export function signingRequests({ authorize, clock }: { authorize: Authorize; clock: Clock }): AdmissionPlugin {
  return {
    name: 'CertificateSigningRequest',
    handles: (request) => isSigningRequest(request) && (request.operation === 'CREATE' || request.operation === 'UPDATE'),

    mutate({ call, operation, object, old }) {
      const draft = object as CertificateSigningRequest;
      if (operation === 'CREATE') nameRequester(call, draft);
      else if (call.subresource !== '') keepApart(call, draft, old as CertificateSigningRequest, clock.now());
    },

    async validate({ call, operation, object, old }) {
      const request = object as CertificateSigningRequest;
      const refuse = (why: string): never => {
        throw forbidden(groupResourceOf(call.kind), request.metadata.name ?? '', why);
      };
      const { signerName } = request.spec;
      if (operation === 'CREATE' && asksForSuperusers(request)) {
        refuse(`use of ${clientSigner} signer with ${superusers} group is not allowed`);
      }
      if (operation !== 'UPDATE') return;
      const verb = call.subresource === 'approval' ? 'approve' : call.subresource === 'status' ? 'sign' : '';
      if (verb === '' || (verb === 'sign' && !signs(request, old as CertificateSigningRequest))) return;
      if (await maySign(authorize, call, verb, signerName)) return;
      refuse(`user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
    },
  };
}

/** The request speaks for whoever sends it, whatever it says itself. */
function nameRequester({ user }: Call, { spec }: CertificateSigningRequest): void {
  spec.username = user.name;
  if (user.uid === undefined) delete spec.uid;
  else spec.uid = user.uid;
  spec.groups = [...user.groups];
  if (user.extra === undefined || Object.keys(user.extra).length === 0) delete spec.extra;
  else spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]));
}

/** Of the answer, `approval` writes conditions alone; `status` writes the certificate and other conditions, and a list without the decision keeps it. */
function keepApart({ subresource }: Call, draft: CertificateSigningRequest, old: CertificateSigningRequest, now: Date): void {
  draft.spec = old.spec;
  const [before, wanted] = [old.status?.conditions ?? [], draft.status?.conditions ?? []];
  let conditions = wanted;
  if (subresource === 'status') {
    const decided = wanted.some(({ type }) => decisions.has(type));
    if (!decided) conditions = [...before.filter(({ type }) => decisions.has(type)), ...wanted];
  } else {
    draft.status = { ...draft.status };
    if (old.status?.certificate === undefined) delete draft.status.certificate;
    else draft.status.certificate = old.status.certificate;
  }
  draft.status = { ...draft.status, conditions: timed(conditions, before, now) };
  if (conditions.length === 0) delete draft.status.conditions;
}

function timed(conditions: Conditions, before: Conditions, now: Date): Conditions {
  return conditions.map((one) => {
    const known = before.find(({ type }) => type === one.type);
    const changed = known?.status !== one.status;
    return {
      ...one,
      lastUpdateTime: one.lastUpdateTime ?? formatTime(now),
      lastTransitionTime: one.lastTransitionTime ?? (changed ? formatTime(now) : (known?.lastTransitionTime ?? formatTime(now))),
    };
  });
}

/** Nobody becomes a superuser by a certificate. */
function asksForSuperusers({ spec }: CertificateSigningRequest): boolean {
  if (spec.signerName !== clientSigner) return false;
  return parseCertificationRequest(Buffer.from(spec.request, 'base64').toString('latin1')).organizations.includes(superusers);
}

/** Whether a write of the status issues, or says something that only a signer may say. */
function signs(request: CertificateSigningRequest, old: CertificateSigningRequest): boolean {
  const said = ({ status }: CertificateSigningRequest): string =>
    JSON.stringify([status?.certificate ?? '', (status?.conditions ?? []).filter(({ type }) => !decisions.has(type))]);
  return said(request) !== said(old);
}

/** For this signer, or for all of its domain. */
async function maySign(authorize: Authorize, { cluster, user }: Call, verb: string, signerName: string): Promise<boolean> {
  const domain = `${signerName.split('/')[0] ?? ''}/*`;
  for (const name of [signerName, domain]) {
    const resource = { group: certificateSigningRequests.group, resource: 'signers', subresource: '', namespace: '', name };
    if ((await authorize(cluster, { user, verb, resource })).allowed) return true;
  }
  return false;
}
