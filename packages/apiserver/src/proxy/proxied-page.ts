/** What a proxied answer becomes: its redirects and the links of its pages lead through the proxy again. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createBrotliCompress, createBrotliDecompress, createDeflate, createGunzip, createGzip, createInflate } from 'node:zlib';
import type { Passage } from './forward-request.ts';
import { forwardedResponseHeaders } from './forwarded-headers.ts';
import { htmlLinkRewriter } from './html-links.ts';
import { type ProxiedPlace, proxiedUrl } from './proxied-url.ts';

const codings: Readonly<Record<string, { open: () => Duplex; close: () => Duplex } | undefined>> = {
  gzip: { open: createGunzip, close: createGzip },
  deflate: { open: createInflate, close: createDeflate },
  br: { open: createBrotliDecompress, close: createBrotliCompress },
};

export function proxiedPage(response: IncomingMessage, place: ProxiedPlace): Passage {
  const headers = forwardedResponseHeaders(response.headers);
  const { location } = response.headers;
  if (location !== undefined) headers['location'] = proxiedUrl(location, place);
  const coding = response.headers['content-encoding'] ?? '';
  const known = codings[coding];
  const isPage = /^text\/html\b/i.test(response.headers['content-type'] ?? '');
  if (!isPage || (known === undefined && coding !== '' && coding !== 'identity')) return { headers, through: [] };
  delete headers['content-length'];
  const rewriter = htmlLinkRewriter((link) => proxiedUrl(link, place));
  return { headers, through: known === undefined ? [rewriter] : [known.open(), rewriter, known.close()] };
}
