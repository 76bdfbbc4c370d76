import { X509Certificate, createHash, timingSafeEqual } from 'node:crypto';
import { type DetailedPeerCertificate, connect } from 'node:tls';

/** How the gateway's certificate is judged: by the system's authorities, by one given, or by the one whose key has this fingerprint. */
export type Trust = { kind: 'system' } | { kind: 'authority'; pem: string } | { kind: 'pin'; spkiSha256: Buffer };

const pinForm = /^sha256(?:\/\/|:)([A-Za-z0-9+/]{43}=|[0-9a-fA-F]{64})$/;
const connectTimeoutMilliseconds = 15_000;

/** `sha256//BASE64`, as curl's `--pinnedpubkey` writes it, or `sha256:HEX`. Undefined when it is neither. */
export function parsePin(text: string): Buffer | undefined {
  const value = pinForm.exec(text)?.[1];
  return value === undefined ? undefined : Buffer.from(value, value.length === 64 ? 'hex' : 'base64');
}

/** The authority to verify with; undefined: the system's. @throws Error when no certificate of the gateway's chain has the pinned key. */
export async function authorityFor(trust: Trust, url: URL): Promise<string | undefined> {
  if (trust.kind === 'system') return undefined;
  return trust.kind === 'authority' ? trust.pem : authorityByPin(url, trust.spkiSha256);
}

/**
 * Looks at the chain that the gateway shows, sends nothing, and hands back the certificate with the pinned key: the real connection is then verified
 * against it in the ordinary way, name and dates included.
 */
async function authorityByPin(url: URL, pin: Buffer): Promise<string> {
  const chain = await shownChain(url.hostname, url.port === '' ? 443 : Number(url.port));
  const found = chain.find((certificate) => timingSafeEqual(createHash('sha256').update(spkiOf(certificate)).digest(), pin));
  if (found === undefined) throw new Error(`no certificate that ${url.host} shows has the pinned key: is this the right gateway?`);
  return found.toString();
}

function spkiOf(certificate: X509Certificate): Buffer {
  return certificate.publicKey.export({ type: 'spki', format: 'der' });
}

function shownChain(host: string, port: number): Promise<X509Certificate[]> {
  return new Promise((resolve, reject) => {
    // Nothing is trusted here: what is shown is only compared with the pin.
    const socket = connect({ host, port, servername: /^[\d.:]+$/.test(host) ? undefined : host, rejectUnauthorized: false });
    socket.setTimeout(connectTimeoutMilliseconds, () => socket.destroy(new Error(`${host}:${port} did not answer in time`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const chain: X509Certificate[] = [];
      let one: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
      while (one?.raw !== undefined && chain.length < 10) {
        chain.push(new X509Certificate(one.raw));
        one = one.issuerCertificate === one ? undefined : one.issuerCertificate;
      }
      socket.destroy();
      resolve(chain);
    });
  });
}
