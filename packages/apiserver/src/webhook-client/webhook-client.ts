import { type ClusterId, isStatusError } from '@kajitori/apimachinery';
import { type EgressClient, EgressError, type EgressRequest, type EgressResponse } from '@kajitori/egress';
import type { ClusterDial } from '../cluster-dial/cluster-dial.ts';

/** Longest answer, where its asker says nothing else: as long as a request may be. */
const answerBytesMax = 3 * 1024 * 1024;

/** Where a webhook of the tenant is: what admission and conversion have in common. */
export interface WebhookAddress {
  /** One of the two. */
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  /** PEM certificates that alone are trusted; absent: those that the system trusts. */
  ca: string | undefined;
  timeoutSeconds: number;
}

/** A webhook brought no answer; the message is in Kubernetes' words, and whoever asked says before it what failed. */
export class WebhookCallError extends Error {
  override readonly name = 'WebhookCallError';
}

/** Posts reviews to a tenant's webhooks: by their URL through the one way out, or as a Service of the cluster through an agent. */
export class WebhookClient {
  readonly #egress: EgressClient;
  readonly #dial: ClusterDial;

  constructor({ egress, dial }: { egress: EgressClient; dial: ClusterDial }) {
    this.#egress = egress;
    this.#dial = dial;
  }

  /** The JSON of the answer. @throws WebhookCallError when none came. */
  async post(cluster: ClusterId, webhook: WebhookAddress, body: string, responseBytesMax = answerBytesMax): Promise<unknown> {
    const { url, dial } = this.#target(cluster, webhook);
    const full = `${url}?timeout=${webhook.timeoutSeconds}s`;
    let response: EgressResponse;
    try {
      response = await this.#egress.fetch({
        owner: cluster,
        url: full,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'kube-apiserver' },
        body,
        ca: webhook.ca,
        timeoutMilliseconds: webhook.timeoutSeconds * 1000,
        responseBytesMax,
        dial,
      });
    } catch (error) {
      throw new WebhookCallError(`Post ${JSON.stringify(full)}: ${reasonOf(error)}`, { cause: error });
    }
    return answeredBody(response);
  }

  #target(cluster: ClusterId, { service, url = '' }: WebhookAddress): Pick<EgressRequest, 'url' | 'dial'> {
    if (service === undefined) return { url };
    const { namespace, name, path = '', port = 443 } = service;
    return {
      url: `https://${name}.${namespace}.svc:${port}${path === '' || path.startsWith('/') ? path : `/${path}`}`,
      dial: (signal) => this.#dial.service({ cluster, namespace, name, port }, signal),
    };
  }
}

/** The certificates of a `caBundle`. */
export function bundledCertificates(caBundle: string | undefined): string | undefined {
  return caBundle === undefined || caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof EgressError)) throw error;
  const { cause } = error;
  if (isStatusError(cause, 'NotFound') && cause.details?.kind === 'services')
    return `service ${JSON.stringify(cause.details.name)} not found`;
  return error.message;
}

/** The JSON of a good answer. @throws WebhookCallError with what a client of the API would say of the status. */
function answeredBody({ status, body }: EgressResponse): unknown {
  const text = body.toString('utf8');
  if (status < 200 || status > 299) throw new WebhookCallError(statusWords(status, text));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WebhookCallError(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}

/** Most of a foreign error's text that a message repeats. */
const shownTextMax = 1024;

function statusWords(status: number, text: string): string {
  const fixed: Record<number, string> = {
    400: 'the server rejected our request for an unknown reason',
    401: 'the server has asked for the client to provide credentials',
    403: 'forbidden',
    404: 'the server could not find the requested resource',
    405: 'the server does not allow this method on the requested resource',
    429: 'the server has received too many requests and has asked us to try again later',
    503: 'the server is currently unable to handle the request',
    504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
  };
  const words = fixed[status];
  if (words !== undefined) return words;
  const shown = text.trim().slice(0, shownTextMax);
  if (status >= 500)
    return `an error on the server (${JSON.stringify(shown === '' ? 'unknown' : shown)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}
