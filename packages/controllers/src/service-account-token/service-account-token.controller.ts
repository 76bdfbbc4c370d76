import { isStatusError } from '@kajitori/apimachinery';
import { type Secret, secrets, type ServiceAccount, serviceAccounts } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { isNamespaceEnding } from '../replica-set/replica-set.controller.ts';
import { type ControllerDescriptor, self, watch } from '../runtime/controller.ts';

const ofThisType = 'type=kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

const accountNameOf = ({ metadata }: Secret): string => metadata.annotations?.[nameAnnotation] ?? '';

/** Secrets that ask for a ServiceAccount's token get one that does not end before them, and go with their account. */
export const serviceAccountToken: ControllerDescriptor = {
  name: 'service-account-token',
  user: 'system:kube-controller-manager',
  component: 'service-account-token-controller',
  watches: [
    watch(secrets, (event) => (event.type === 'deleted' ? [] : self(event)), { fieldSelector: ofThisType }),
    watch(serviceAccounts, ({ type, object }, caches) => {
      if (type === 'updated') return [];
      const { namespace = '', name } = object.metadata;
      const asking = caches.of(secrets, ofThisType).list(namespace);
      return asking.filter((secret) => accountNameOf(secret) === name).map((secret) => ({ namespace, name: secret.metadata.name ?? '' }));
    }),
  ],
  create: ({ cache, rootCertificates, signer }) => ({
    async reconcile({ namespace, name, client }) {
      const secret = cache(secrets, ofThisType).get(namespace, name);
      if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return done;
      const wanted = secret.metadata.annotations?.[uidAnnotation] ?? '';
      // The cache may not show yet what was made a moment ago: before a Secret goes, the truth is asked.
      const account =
        cache(serviceAccounts).get(namespace, accountNameOf(secret)) ??
        (await client.resource(serviceAccounts).find(namespace, accountNameOf(secret)));
      const all = client.resource(secrets);
      try {
        if (account === undefined || (wanted !== '' && wanted !== account.metadata.uid)) {
          await all.delete(namespace, name, { preconditions: { uid: secret.metadata.uid } });
        } else if (!isFilled(secret, account, rootCertificates)) {
          const token = secret.data?.['token'] ?? base64(await signer.serviceAccountToken(claimsOf(secret, account)));
          await all.update(filled(secret, account, { token, rootCertificates }));
        }
      } catch (error) {
        // Whoever wrote or deleted it in between has asked for the next look with it.
        if (!isStatusError(error, 'Conflict') && !isStatusError(error, 'NotFound') && !isNamespaceEnding(error)) throw error;
      }
      return done;
    },
  }),
};

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

function isFilled({ metadata, data = {} }: Secret, account: ServiceAccount, rootCertificates: string): boolean {
  return (
    (data['token'] ?? '') !== '' &&
    data['namespace'] === base64(metadata.namespace ?? '') &&
    data['ca.crt'] === base64(rootCertificates) &&
    metadata.annotations?.[uidAnnotation] === account.metadata.uid
  );
}

function filled(secret: Secret, account: ServiceAccount, { token, rootCertificates }: { token: string; rootCertificates: string }): Secret {
  const { metadata, data } = secret;
  return {
    ...secret,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [uidAnnotation]: account.metadata.uid ?? '' } },
    data: { ...data, 'ca.crt': base64(rootCertificates), namespace: base64(metadata.namespace ?? ''), token },
  };
}

/** As Kubernetes writes them into the tokens that lie in Secrets. */
function claimsOf({ metadata: { namespace = '', name } }: Secret, { metadata }: ServiceAccount): object {
  return {
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': name,
    'kubernetes.io/serviceaccount/service-account.name': metadata.name,
    'kubernetes.io/serviceaccount/service-account.uid': metadata.uid,
    sub: `system:serviceaccount:${namespace}:${metadata.name ?? ''}`,
  };
}
