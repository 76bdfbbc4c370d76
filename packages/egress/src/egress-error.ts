/** Why a call did not bring an answer. */
export type EgressFailure = 'refused' | 'lookup' | 'connect' | 'tls' | 'timeout' | 'tooLarge' | 'busy' | 'broken';

/** A call that brought no answer; its message is in the words that Go's HTTP client uses, and fit for the tenant. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly failure: EgressFailure;

  constructor(failure: EgressFailure, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.failure = failure;
  }
}

const unknownAuthority = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

interface NetworkError extends Error {
  code?: unknown;
  address?: string;
  port?: number;
  cert?: { subjectaltname?: string };
  errors?: unknown[];
}

/** What the network or TLS said, in Go's words. */
export function egressErrorOf(error: unknown, { host, port }: { host: string; port: number }): EgressError {
  if (error instanceof EgressError) return error;
  const { message, cert, errors, code: said } = error as NetworkError;
  const code = typeof said === 'string' ? said : '';
  // Every address of a name failed: the first tells.
  if (errors !== undefined && errors.length > 0) return egressErrorOf(errors[0], { host, port });
  const failed = (failure: EgressFailure, text: string): EgressError => new EgressError(failure, text, { cause: error });
  const certificate = 'tls: failed to verify certificate: x509:';
  if (unknownAuthority.has(code)) return failed('tls', `${certificate} certificate signed by unknown authority`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (cert?.subjectaltname ?? '').replaceAll(/(DNS|IP Address):/g, '');
    return failed('tls', `${certificate} certificate is valid for ${names === '' ? 'no names' : names}, not ${host}`);
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return failed('tls', `${certificate} certificate has expired or is not yet valid`);
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') return failed('tls', `tls: ${tlsReason(message)}`);
  return failed(...connectionWords(code, message, `${host.includes(':') ? `[${host}]` : host}:${port}`));
}

function connectionWords(code: string, message: string, address: string): [EgressFailure, string] {
  switch (code) {
    case 'ECONNREFUSED':
      return ['connect', `dial tcp ${address}: connect: connection refused`];
    case 'EHOSTUNREACH':
      return ['connect', `dial tcp ${address}: connect: no route to host`];
    case 'ENETUNREACH':
      return ['connect', `dial tcp ${address}: connect: network is unreachable`];
    case 'ETIMEDOUT':
      return ['timeout', `dial tcp ${address}: i/o timeout`];
    case 'ECONNRESET':
    case 'EPIPE':
      return ['broken', 'EOF'];
    default:
      return ['broken', code.startsWith('HPE_') ? `malformed HTTP response: ${message}` : message];
  }
}

/** OpenSSL's `error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…` without what only its authors read. */
function tlsReason(message: string): string {
  const reason = /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1];
  return reason === 'wrong version number' ? 'first record does not look like a TLS handshake' : (reason ?? message);
}
