/**
 * The one way out for every URL that a tenant chose (webhooks, conversion, identity providers). It calls HTTPS only, resolves once and goes to what it
 * checked, follows no redirect, and holds a bound on time, bytes and calls under way for each tenant.
 *
 * A connection may also come from elsewhere (through an agent of the cluster): then TLS and HTTP run over that stream, with the same bounds.
 * It must not carry a credential of ours: the process' own certificates and proxies stay out of it.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { AllowedAddresses } from './address-ranges.ts';
import { checkedLookup, checkHost, type Resolve, systemResolve } from './checked-lookup.ts';
import { EgressAgent, type EgressOptions } from './egress-agent.ts';
import { EgressError, egressErrorOf } from './egress-error.ts';

export interface EgressRequest {
  /** For whom: bounds and kept connections are per owner. */
  owner: string;
  /** `https:` only, without user information. */
  url: string;
  method: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** PEM certificates that alone are trusted; absent: those that the system trusts. */
  ca?: string;
  timeoutMilliseconds: number;
  responseBytesMax: number;
  signal?: AbortSignal;
  /** Brings the connection itself; the URL's host is then only the name that TLS checks. */
  dial?: (signal: AbortSignal) => Promise<Duplex>;
}

export interface EgressResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface EgressClientOptions {
  allowed: AllowedAddresses;
  resolve?: Resolve;
}

/** Calls of one owner that are under way at once; more are refused. */
const callsPerOwnerMax = 128;

export class EgressClient implements Disposable {
  readonly #allowed: AllowedAddresses;
  readonly #resolve: Resolve;
  readonly #agent = new EgressAgent();
  readonly #underWay = new Map<string, number>();

  constructor({ allowed, resolve = systemResolve }: EgressClientOptions) {
    this.#allowed = allowed;
    this.#resolve = resolve;
  }

  /** @throws EgressError when no answer came; an answer with any status, also a redirect, is one. */
  async fetch(request: EgressRequest): Promise<EgressResponse> {
    const options = this.#optionsOf(request);
    const { owner } = request;
    const count = this.#underWay.get(owner) ?? 0;
    if (count >= callsPerOwnerMax) throw new EgressError('busy', `more than ${callsPerOwnerMax} calls are under way`);
    this.#underWay.set(owner, count + 1);
    try {
      return await withDeadline(request, (signal) => this.#exchange(request, { ...options, signal }));
    } finally {
      const left = (this.#underWay.get(owner) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(owner);
      else this.#underWay.set(owner, left);
    }
  }

  #optionsOf({ url, method, headers, body, ca, dial, owner }: EgressRequest): EgressOptions {
    const { protocol, hostname, port, pathname, search, username, password } = new URL(url);
    if (protocol !== 'https:') throw new EgressError('refused', `unsupported protocol scheme "${protocol.replace(':', '')}"`);
    if (username !== '' || password !== '') throw new EgressError('refused', 'user information is not permitted in the URL');
    const host = hostname.replace(/^\[|\]$/g, '');
    if (dial === undefined) checkHost(host, this.#allowed);
    return {
      agent: this.#agent,
      host,
      port: port === '' ? 443 : Number(port),
      path: `${pathname}${search}`,
      method,
      minVersion: 'TLSv1.2',
      // Whatever the process' environment says.
      rejectUnauthorized: true,
      lookup: checkedLookup(this.#resolve, this.#allowed),
      headers: { accept: 'application/json', ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      ...(ca === undefined ? {} : { ca }),
      dial,
      owner,
    };
  }

  /** A kept connection may have been closed by the other end just now: then once more, over a new one. */
  async #exchange(request: EgressRequest, options: EgressOptions): Promise<EgressResponse> {
    const host = options.host ?? '';
    for (;;) {
      const outcome = await exchangeOnce(request, options);
      if ('body' in outcome) return outcome;
      if (!outcome.staleConnection) throw egressErrorOf(outcome.error, { host, port: Number(options.port) });
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

type Outcome = EgressResponse | { error: unknown; staleConnection: boolean };

function exchangeOnce({ body, responseBytesMax }: EgressRequest, options: EgressOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const sent = httpsRequest(options);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const reset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      resolve({ error, staleConnection: sent.reusedSocket && reset });
    });
    sent.once('response', (response) => {
      readAll(response, responseBytesMax).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
        (error: unknown) => {
          sent.destroy();
          resolve({ error, staleConnection: false });
        },
      );
    });
    sent.end(body);
  });
}

async function readAll(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw new EgressError('tooLarge', `the answer is longer than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Ends the call with the deadline or with its asker, whichever comes first. */
async function withDeadline<T>(
  { timeoutMilliseconds, signal: asker }: EgressRequest,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMilliseconds);
  const signal = asker === undefined ? deadline : AbortSignal.any([deadline, asker]);
  try {
    return await run(signal);
  } catch (error) {
    if (deadline.aborted) throw new EgressError('timeout', 'context deadline exceeded', { cause: error });
    if (asker?.aborted === true) throw new EgressError('broken', 'context canceled', { cause: error });
    throw error;
  }
}
