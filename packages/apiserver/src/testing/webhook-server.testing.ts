import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { testAuthority } from '@kajitori/testing';

export interface Review {
  apiVersion: string;
  kind: string;
  request: Record<string, unknown> & {
    uid: string;
    operation: string;
    object: { metadata: Record<string, unknown> & { labels?: Record<string, string> } } & Record<string, unknown>;
  };
}

/** What a path of the server says to a review: the response without uid, or all of the answer. */
export type Reviewer = (review: Review) => { response: Record<string, unknown> } | { status: number; body: string } | 'never';

/** A webhook over HTTPS on this machine, with an authority of its own. */
export interface WebhookServer extends AsyncDisposable {
  port: number;
  /** For clientConfig. */
  caBundle: string;
  url(path: string): string;
  on(path: string, reviewer: Reviewer): void;
  /** All that came, in order. */
  readonly asked: { path: string; review: Review }[];
}

export async function webhookServer(...names: string[]): Promise<WebhookServer> {
  const reviewers = new Map<string, Reviewer>();
  const asked: WebhookServer['asked'] = [];
  await using authority = await testAuthority();
  const server = createServer(await authority.issue('IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)), (request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'https://webhook');
      const review = (await json(request)) as Review;
      asked.push({ path: `${url.pathname}${url.search}`, review });
      const said = reviewers.get(url.pathname)?.(review) ?? { status: 404, body: '' };
      if (said === 'never') return;
      if ('status' in said) response.writeHead(said.status, { location: 'https://127.0.0.1/' }).end(said.body);
      else response.end(answerOf(review, said.response));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    url: (path) => `https://127.0.0.1:${port}${path}`,
    on: (path, reviewer) => void reviewers.set(path, reviewer),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerOf({ apiVersion, request }: Review, response: Record<string, unknown>): string {
  return JSON.stringify({ apiVersion, kind: 'AdmissionReview', response: { uid: request.uid, ...response } });
}

/** The response that changes the object. */
export function patching(...operations: object[]): { response: Record<string, unknown> } {
  return { response: { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') } };
}
