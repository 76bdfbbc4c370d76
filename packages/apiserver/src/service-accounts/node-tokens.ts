import { forbidden } from '@kajitori/apimachinery';
import { nodeNameOf } from '@kajitori/authorization';
import { type Pod, pods, serviceAccounts, type TokenRequest } from '@kajitori/kinds';
import { type AdmissionPlugin } from '../admission/admission.ts';
import { readOne } from '../registry/read.ts';

/** A node gets tokens only for pods that are on it: the part of Kubernetes' NodeRestriction that speaks of ServiceAccounts. */
export const nodeTokens: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ({ call, operation }) =>
    operation === 'CREATE' &&
    call.kind === (serviceAccounts as unknown) &&
    call.subresource === 'token' &&
    nodeNameOf(call.user) !== undefined,
  async validate({ call, object }) {
    const refuse = (why: string): never => {
      throw forbidden({ group: '', resource: 'serviceaccounts' }, call.name, why);
    };
    const { apiVersion, kind, name = '', uid = '' } = (object as unknown as TokenRequest).spec.boundObjectRef ?? {};
    if (apiVersion !== 'v1' || kind !== 'Pod' || name === '') refuse('node requested token not bound to a pod');
    if (uid === '') refuse('node requested token with a pod binding without a uid');
    const pod = (await readOne({ ...call, kind: pods, name, subresource: '' })).object as unknown as Pod;
    if (pod.metadata.uid !== uid) {
      refuse(
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    }
    if (pod.spec.nodeName !== nodeNameOf(call.user)) refuse('node requested token bound to a pod scheduled on a different node');
  },
};
