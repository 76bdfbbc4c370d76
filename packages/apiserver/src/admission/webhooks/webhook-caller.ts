import { type ClusterId, isStatusError } from '@kajitori/apimachinery';
import { type EgressClient, EgressError, type EgressRequest, type EgressResponse } from '@kajitori/egress';
import type { ClusterDial } from '../../cluster-dial/cluster-dial.ts';
import { type ReviewAnswer, reviewAnswer, reviewText } from './admission-review.ts';
import type { Webhook } from './webhook.ts';
import { WebhookCallError } from './webhook-error.ts';

/** Longest answer: as long as a request may be. */
const answerBytesMax = 3 * 1024 * 1024;

export interface WebhookCallerOptions {
  egress: EgressClient;
  dial: ClusterDial;
}

/** Asks webhooks: by their URL through the one way out, or as a Service of the cluster through an agent. */
export class WebhookCaller {
  readonly #options: WebhookCallerOptions;

  constructor(options: WebhookCallerOptions) {
    this.#options = options;
  }

  /** @throws WebhookCallError when no answer came that means anything. */
  async call(cluster: ClusterId, webhook: Webhook, request: Record<string, unknown>, mutating: boolean): Promise<ReviewAnswer> {
    const { reviewVersion } = webhook;
    if (reviewVersion === undefined)
      throw new WebhookCallError('could not get REST client: webhook does not accept known AdmissionReview versions (v1, v1beta1)');
    const response = await this.#post(cluster, webhook, reviewText(reviewVersion, request));
    const body = answeredBody(response);
    try {
      return reviewAnswer(reviewVersion, String(request['uid']), body, mutating);
    } catch (error) {
      throw new WebhookCallError(`received invalid webhook response: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  async #post(cluster: ClusterId, webhook: Webhook, body: string): Promise<EgressResponse> {
    const { url, dial } = this.#target(cluster, webhook);
    const full = `${url}?timeout=${webhook.timeoutSeconds}s`;
    try {
      return await this.#options.egress.fetch({
        owner: cluster,
        url: full,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'kube-apiserver-admission' },
        body,
        ca: webhook.ca,
        timeoutMilliseconds: webhook.timeoutSeconds * 1000,
        responseBytesMax: answerBytesMax,
        dial,
      });
    } catch (error) {
      throw new WebhookCallError(`failed to call webhook: Post ${JSON.stringify(full)}: ${reasonOf(error)}`, { cause: error });
    }
  }

  #target(cluster: ClusterId, { clientConfig }: Webhook): Pick<EgressRequest, 'url' | 'dial'> {
    const { service, url = '' } = clientConfig;
    if (service === undefined) return { url };
    const { namespace, name, path = '', port = 443 } = service;
    return {
      url: `https://${name}.${namespace}.svc:${port}${path === '' || path.startsWith('/') ? path : `/${path}`}`,
      dial: (signal) => this.#options.dial.service({ cluster, namespace, name, port }, signal),
    };
  }
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
  if (status < 200 || status > 299) throw new WebhookCallError(`failed to call webhook: ${statusWords(status, text)}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WebhookCallError(
      `failed to call webhook: couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`,
      {
        cause: error,
      },
    );
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
