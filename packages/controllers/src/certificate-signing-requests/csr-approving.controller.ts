import { formatTime, isStatusError } from '@kajitori/apimachinery';
import type { ClusterClient } from '@kajitori/client';
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
  type CertificationRequest,
  parseCertificationRequest,
  subjectAccessReviews,
} from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { type ControllerDescriptor, self, watch } from '../runtime/controller.ts';
import { kubeletClientError } from './signers.ts';

const kubeletSigner = 'kubernetes.io/kube-apiserver-client-kubelet';

/** Who may have a certificate without being asked again: a permission on a subresource that exists for this alone. */
interface Recognizer {
  recognizes: (object: CertificateSigningRequest, request: CertificationRequest) => boolean;
  subresource: string;
  message: string;
}

const recognizers: readonly Recognizer[] = [
  {
    recognizes: ({ spec }, { commonName }) => spec.username === commonName,
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  },
  {
    recognizes: () => true,
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  },
];

/** Approves what kubelets ask for their own nodes, where roles let whoever asked have that. */
export const csrApproving: ControllerDescriptor = {
  name: 'csr-approving',
  user: 'system:serviceaccount:kube-system:certificate-controller',
  component: 'csr-approving-controller',
  watches: [watch(certificateSigningRequests, (event) => (event.type === 'added' ? self(event) : []))],
  create: ({ cache }) => ({
    async reconcile({ name, client, now }) {
      const object = cache(certificateSigningRequests).get('', name);
      if (object === undefined || object.spec.signerName !== kubeletSigner || (object.status?.conditions ?? []).length > 0) return done;
      const request = parseCertificationRequest(Buffer.from(object.spec.request, 'base64').toString('latin1'));
      if (kubeletClientError(request, object.spec.usages ?? []) !== undefined) return done;
      for (const { recognizes, subresource, message } of recognizers) {
        if (!recognizes(object, request) || !(await mayHave(client, object, subresource))) continue;
        const at = formatTime(now);
        const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message, lastUpdateTime: at, lastTransitionTime: at };
        try {
          await client
            .resource(certificateSigningRequests)
            .updateSubresource({ ...object, status: { ...object.status, conditions: [approved] } }, 'approval');
        } catch (error) {
          if (!isStatusError(error, 'NotFound') && !isStatusError(error, 'Conflict')) throw error;
        }
        return done;
      }
      return done;
    },
  }),
};

async function mayHave(client: ClusterClient, { spec }: CertificateSigningRequest, subresource: string): Promise<boolean> {
  const { username, uid, groups, extra } = spec;
  const { group, plural: resource } = certificateSigningRequests;
  const { status } = await client.resource(subjectAccessReviews).create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: { user: username, uid, groups, extra, resourceAttributes: { group, resource, subresource, verb: 'create', version: '*' } },
  });
  return status?.allowed === true;
}
