import { X509Certificate } from 'node:crypto';
import { type CertificateSigningRequest, certificateSigningRequests } from '@kajitori/kinds';
import { isStatusError } from '@kajitori/apimachinery';
import { done, requeueAfter } from '@kajitori/reconciler';
import { type ControllerDescriptor, self, watch } from '../runtime/controller.ts';

const hour = 3_600_000;
/** How long a request stays once it was answered so, and how long one waits for an answer. */
const answeredMilliseconds = hour;
const pendingMilliseconds = 24 * hour;

/** Takes away requests that are done with, or that nobody answered. */
export const csrCleaner: ControllerDescriptor = {
  name: 'csr-cleaner',
  user: 'system:serviceaccount:kube-system:certificate-controller',
  component: 'csr-cleaner-controller',
  watches: [watch(certificateSigningRequests, (event) => (event.type === 'deleted' ? [] : self(event)))],
  create: ({ cache }) => ({
    async reconcile({ name, client, now }) {
      const object = cache(certificateSigningRequests).get('', name);
      const goesAt = object === undefined ? undefined : endOf(object);
      if (object === undefined || goesAt === undefined) return done;
      if (goesAt > now.getTime()) return requeueAfter(goesAt - now.getTime());
      try {
        await client.resource(certificateSigningRequests).delete('', name, { preconditions: { uid: object.metadata.uid } });
      } catch (error) {
        if (!isStatusError(error, 'NotFound') && !isStatusError(error, 'Conflict')) throw error;
      }
      return done;
    },
  }),
};

/** When it is to go; undefined while it is approved and waits for its signer. */
export function endOf({ metadata, status }: CertificateSigningRequest): number | undefined {
  const at = (type: string): number | undefined => {
    const found = (status?.conditions ?? []).find((one) => one.type === type);
    return found === undefined ? undefined : Date.parse(found.lastUpdateTime ?? metadata.creationTimestamp ?? '') + answeredMilliseconds;
  };
  const certificate = status?.certificate ?? '';
  const [approved, denied, failed] = [at('Approved'), at('Denied'), at('Failed')];
  const ends: number[] = [];
  for (const end of [denied, failed, certificate === '' ? undefined : approved]) if (end !== undefined) ends.push(end);
  if (approved === undefined && denied === undefined && failed === undefined) {
    ends.push(Date.parse(metadata.creationTimestamp ?? '') + pendingMilliseconds);
  }
  if (certificate !== '') ends.push(expiryOf(certificate));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** A certificate of another signer may be anything: what cannot be read does not expire. */
function expiryOf(certificate: string): number {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
