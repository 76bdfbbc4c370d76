import { formatTime, isStatusError } from '@kajitori/apimachinery';
import { type CertificateSigningRequest, certificateSigningRequests, parseCertificationRequest } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { type ControllerDescriptor, self, watch } from '../runtime/controller.ts';
import { certificateOrder, signers } from './signers.ts';

const has = ({ status }: CertificateSigningRequest, type: string): boolean => (status?.conditions ?? []).some((one) => one.type === type);

/** Signs approved requests to Kubernetes' own signers with the cluster's authority; tells why where their rules forbid it. */
export const csrSigning: ControllerDescriptor = {
  name: 'csr-signing',
  user: 'system:serviceaccount:kube-system:certificate-controller',
  component: 'csr-signing-controller',
  watches: [watch(certificateSigningRequests, (event) => (event.type === 'deleted' ? [] : self(event)))],
  create: ({ cache, signer }) => ({
    async reconcile({ name, client, now }) {
      const object = cache(certificateSigningRequests).get('', name);
      const check = object === undefined ? undefined : signers[object.spec.signerName];
      if (object === undefined || check === undefined || !has(object, 'Approved') || has(object, 'Denied') || has(object, 'Failed'))
        return done;
      if ((object.status?.certificate ?? '') !== '') return done;
      const request = parseCertificationRequest(Buffer.from(object.spec.request, 'base64').toString('latin1'));
      const wrong = check(request, object.spec.usages ?? []);
      const status =
        wrong === undefined
          ? { certificate: Buffer.from(await signer.certificate(certificateOrder(object, request, now))).toString('base64') }
          : { conditions: [...(object.status?.conditions ?? []), failed(wrong, now)] };
      try {
        await client.resource(certificateSigningRequests).updateStatus({ ...object, status: { ...object.status, ...status } });
      } catch (error) {
        // Whoever wrote in between has asked for the next look with it.
        if (!isStatusError(error, 'Conflict') && !isStatusError(error, 'NotFound')) throw error;
      }
      return done;
    },
  }),
};

function failed(message: string, now: Date) {
  const at = formatTime(now);
  return { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime: at, lastTransitionTime: at };
}
