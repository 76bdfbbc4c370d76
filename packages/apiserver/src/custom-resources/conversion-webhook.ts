import { randomUUID } from 'node:crypto';
import { apiVersionOf, type ClusterId, internalError, type KubeObject } from '@kajitori/apimachinery';
import type { EgressClient, EgressRequest } from '@kajitori/egress';
import type { Kind } from '@kajitori/kinds';
import type { ClusterDial } from '../cluster-dial/cluster-dial.ts';

const timeoutSeconds = 30;
/** As long as a page of objects may be. */
const answerBytesMax = 16 * 1024 * 1024;

/** Brings objects of one kind into the form of one of its versions, in order. @throws StatusError InternalError when its webhook does not. */
export type Convert = (cluster: ClusterId, kind: Kind, objects: readonly KubeObject[], version: string) => Promise<KubeObject[]>;

/** Asks a definition's conversion webhook: by its URL through the one way out, or as a Service of the cluster through an agent. */
export function conversionWebhook({ egress, dial }: { egress: EgressClient; dial: ClusterDial }): Convert {
  return async (cluster, kind, objects, version) => {
    const { group, kind: name, custom } = kind;
    const desiredAPIVersion = apiVersionOf({ group, version });
    const webhook = custom?.conversion?.webhook;
    if (webhook?.clientConfig === undefined || objects.length === 0) return [...objects];
    const review = webhook.conversionReviewVersions.find((one) => one === 'v1' || one === 'v1beta1') ?? 'v1';
    const uid = randomUUID();
    try {
      const { status, body } = await egress.fetch({
        owner: cluster,
        ...targetOf(cluster, webhook.clientConfig, dial),
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'kube-apiserver' },
        body: JSON.stringify({
          kind: 'ConversionReview',
          apiVersion: `apiextensions.k8s.io/${review}`,
          request: { uid, desiredAPIVersion, objects },
        }),
        ...(webhook.clientConfig.caBundle === undefined ? {} : { ca: Buffer.from(webhook.clientConfig.caBundle, 'base64').toString() }),
        timeoutMilliseconds: timeoutSeconds * 1_000,
        responseBytesMax: answerBytesMax,
      });
      if (status < 200 || status > 299) throw new Error(`the server answered with the status code ${status}`);
      return answered(JSON.parse(body.toString('utf8')), { uid, desiredAPIVersion, objects });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw internalError(`conversion webhook for ${desiredAPIVersion}, Kind=${name} failed: ${why}`, error);
    }
  };
}

type ClientConfig = NonNullable<NonNullable<NonNullable<NonNullable<Kind['custom']>['conversion']>['webhook']>['clientConfig']>;

function targetOf(cluster: ClusterId, { url = '', service }: ClientConfig, dial: ClusterDial): Pick<EgressRequest, 'url' | 'dial'> {
  if (service === undefined) return { url: `${url}?timeout=${timeoutSeconds}s` };
  const { namespace, name, path = '', port = 443 } = service;
  return {
    url: `https://${name}.${namespace}.svc:${port}${path === '' || path.startsWith('/') ? path : `/${path}`}?timeout=${timeoutSeconds}s`,
    dial: (signal) => dial.service({ cluster, namespace, name, port }, signal),
  };
}

interface ReviewResponse {
  response?: { uid?: string; convertedObjects?: KubeObject[]; result?: { status?: string; message?: string } };
}

/** A webhook may change everything but what an object is, and of its metadata only labels and annotations. */
function answered(
  { response }: ReviewResponse,
  { uid, desiredAPIVersion, objects }: { uid: string; desiredAPIVersion: string; objects: readonly KubeObject[] },
): KubeObject[] {
  if (response === undefined) throw new Error('expected response but got nothing');
  if (response.uid !== uid) throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  if (response.result?.status !== 'Success') throw new Error(response.result?.message ?? 'response.result.status was not Success');
  const converted = response.convertedObjects ?? [];
  if (converted.length !== objects.length) throw new Error(`expected ${objects.length} converted objects, got ${converted.length}`);
  return converted.map((object, at) => checkedObject(object, { before: objects[at], at, desiredAPIVersion }));
}

function checkedObject(
  object: KubeObject,
  { before, at, desiredAPIVersion }: { before: KubeObject | undefined; at: number; desiredAPIVersion: string },
): KubeObject {
  if (object.apiVersion !== desiredAPIVersion)
    throw new Error(`converted object at index ${at} has invalid apiVersion: expected ${desiredAPIVersion}, got ${object.apiVersion}`);
  if (before === undefined || object.kind !== before.kind)
    throw new Error(`converted object at index ${at} has invalid kind: expected ${before?.kind ?? ''}, got ${object.kind}`);
  const { labels, annotations } = object.metadata ?? {};
  const { labels: _labels, annotations: _annotations, ...metadata } = before.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) },
  };
}
