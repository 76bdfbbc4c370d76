import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { badRequest, type ClusterId, StatusError } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';
import type { AuditNotes } from '../audit/audit-store.ts';
import type { Piece } from '../lists/list-pieces.ts';
import type { Exchange } from '../proxy/upstream.ts';

/** A request as the edge hands it in: routed to its cluster, its body not yet read. */
export interface HttpRequest {
  method: string;
  /** Without the query, and without the prefix of a path-routed cluster. */
  path: string;
  query: URLSearchParams;
  headers: { get(name: string): string | undefined };
  cluster: ClusterId;
  /** Who sent it, until it is settled as whom it acts: see `settleActor`. */
  user: UserInfo;
  /** Who sent it, where it acts as somebody else. */
  sender?: UserInfo | undefined;
  /** Names and values by turns, as they came: lines with one name stay apart only here. */
  rawHeaders: readonly string[];
  /** What the audit log says of the credential. */
  credentialNotes?: ReadonlyMap<string, string> | undefined;
  /** Its id, and what the audit log tells of where it came from. */
  origin?: () => { id: string; address: string; search: string };
  /** Set where the audit log keeps something of it. */
  auditNotes?: AuditNotes;
  body(): Promise<Uint8Array>;
  signal: AbortSignal;
  /** For what answers on the connection itself: proxies. Absent in requests that upgrade. */
  exchange?: Exchange;
  /** Whether the path named the cluster, on the address that all share. */
  atBaseAddress?: boolean;
}

/** Whether its client dialled the cluster, by address or name, so that its connections may lead to another process. */
export function isAtOwnAddress({ atBaseAddress }: Pick<HttpRequest, 'atBaseAddress'>): boolean {
  return atBaseAddress !== true;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Uint8Array;
  /** The same body compressed, where it is kept for many answers. */
  gzipped?: () => Promise<Uint8Array>;
  /** What is too long for one body, instead of it. */
  pieces?: AsyncGenerator<Piece, void, void>;
}

/** Largest body of a request: Kubernetes' own limit. */
export const bodyBytesMax = 3 * 1024 * 1024;

const compress = promisify(gzip);

/** Level 1: what follows takes much more time for little less to send. */
export function gzipBytes(body: string | Uint8Array): Promise<Uint8Array> {
  return compress(body, { level: 1 });
}

/** Collects a body up to the limit. @throws StatusError RequestEntityTooLarge, or BadRequest when it does not come to its end. */
export function readBody(stream: Readable, contentLength: string | undefined): Promise<Uint8Array> {
  if (Number(contentLength ?? 0) > bodyBytesMax) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let isWhole = false;
    const take = (chunk: Uint8Array): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= bodyBytesMax) return;
      // The rest is let pass, so that the client reads why.
      stream.off('data', take).resume();
      reject(tooLarge());
    };
    // A client that left in the midst of it is no failure of ours, and reads no answer.
    const cut = (): void => {
      if (!isWhole) reject(badRequest('the connection was closed before the whole body had come'));
    };
    const end = (): void => {
      isWhole = true;
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    };
    if (stream.destroyed) cut();
    else stream.on('data', take).on('end', end).on('error', cut).on('close', cut);
  });
}

function tooLarge(): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${bodyBytesMax}`);
}

export function jsonAnswer(value: unknown, status = 200, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
