import { randomUUID } from 'node:crypto';
import { apiVersionOf, type ClusterId, type KubeObject, StatusError } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import { z } from 'zod';
import { bundledCertificates, WebhookCallError, type WebhookClient } from '../webhook-client/webhook-client.ts';

const timeoutSeconds = 30;
/** As long as a page of objects may be. */
const answerBytesMax = 16 * 1024 * 1024;

/** Brings objects of one kind into the form of one of its versions, in order. @throws StatusError InternalError when its webhook does not. */
export type Convert = (cluster: ClusterId, kind: Kind, objects: readonly KubeObject[], version: string) => Promise<KubeObject[]>;

/** Asks a definition's conversion webhook: by its URL through the one way out, or as a Service of the cluster through an agent. */
export function conversionWebhook(client: WebhookClient): Convert {
  return async (cluster, kind, objects, version) => {
    const { group, kind: name, custom } = kind;
    const desiredAPIVersion = apiVersionOf({ group, version });
    const webhook = custom?.conversion?.webhook;
    if (webhook?.clientConfig === undefined || objects.length === 0) return [...objects];
    const review = webhook.conversionReviewVersions.find((one) => one === 'v1' || one === 'v1beta1') ?? 'v1';
    const { caBundle, ...place } = webhook.clientConfig;
    const uid = randomUUID();
    const body = JSON.stringify({
      kind: 'ConversionReview',
      apiVersion: `apiextensions.k8s.io/${review}`,
      request: { uid, desiredAPIVersion, objects },
    });
    try {
      const address = { ...place, ca: bundledCertificates(caBundle), timeoutSeconds };
      return answered(await client.post(cluster, address, body, answerBytesMax), { uid, desiredAPIVersion, objects });
    } catch (error) {
      if (!(error instanceof WebhookCallError || error instanceof AnswerError)) throw error;
      const what = error instanceof AnswerError ? error.message : `failed: ${error.message}`;
      const message = `conversion webhook for ${objects[0]?.apiVersion ?? desiredAPIVersion}, Kind=${name} ${what}`;
      throw new StatusError('InternalError', message, { cause: error });
    }
  };
}

const words = z.record(z.string(), z.string());
const ConvertedMetadata = z.looseObject({
  name: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  labels: words.nullish().transform((one) => one ?? undefined),
  annotations: words.nullish().transform((one) => one ?? undefined),
});

/** What is believed of an answer: its objects are checked one by one. */
const ReviewResponse = z.object({
  response: z
    .object({
      uid: z.string().optional(),
      convertedObjects: z.array(z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: ConvertedMetadata })).optional(),
      result: z.object({ status: z.string().optional(), message: z.string().optional() }).optional(),
    })
    .optional(),
});

/** An answer that cannot be used; the message reads on from `conversion webhook for KIND`. */
class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** A webhook may change everything but what an object is, and of its metadata only labels and annotations. */
function answered(
  answer: unknown,
  { uid, desiredAPIVersion, objects }: { uid: string; desiredAPIVersion: string; objects: readonly KubeObject[] },
): KubeObject[] {
  const { data } = ReviewResponse.safeParse(answer);
  if (data === undefined) throw new AnswerError('failed: the answer is no ConversionReview');
  const { response } = data;
  if (response === undefined) throw new AnswerError('failed: no response provided');
  if (response.uid !== uid)
    throw new AnswerError(`failed: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  const { status = '', message } = response.result ?? {};
  if (status !== 'Success') throw new AnswerError(`failed: ${message ?? `response.result.status was '${status}', not 'Success'`}`);
  const converted = response.convertedObjects ?? [];
  if (converted.length !== objects.length) throw new AnswerError(`returned ${converted.length} objects, expected ${objects.length}`);
  return converted.map((object, at) => {
    const before = objects[at] ?? object;
    const wrong = objectError(object, before, desiredAPIVersion);
    if (wrong !== undefined) throw new AnswerError(`returned invalid converted object at index ${at}: ${wrong}`);
    return withMetadataOf(object, before);
  });
}

function objectError(object: KubeObject, before: KubeObject, desiredAPIVersion: string): string | undefined {
  if (object.apiVersion !== desiredAPIVersion) return `invalid groupVersion (expected ${desiredAPIVersion}, received ${object.apiVersion})`;
  if (object.kind !== before.kind) return `must have the same kind: ${before.kind} != ${object.kind}`;
  for (const [key, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    // prettier-ignore
    const [was, is] = [before.metadata[key] ?? '', object.metadata[key] ?? ''];
    if (was !== is) return `must have the same ${name}: ${was} != ${is}`;
  }
  return undefined;
}

function withMetadataOf(object: KubeObject, before: KubeObject): KubeObject {
  const { labels, annotations } = object.metadata;
  const { labels: _labels, annotations: _annotations, ...metadata } = before.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) },
  };
}
