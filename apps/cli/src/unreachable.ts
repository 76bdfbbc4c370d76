import { CliError } from './cli-error.ts';

/** Why a server could not be spoken to, in words, with what to do. */
export function unreachable(url: string, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code === 'PIN_MISMATCH')
    return new CliError(
      `${url} is not the server that you logged in to: it holds another key`,
      'If the service was set up anew, log in again: kaji login.',
      cause,
    );
  if (untrusted.has(code))
    return new CliError(`nobody vouches for the certificate of ${url}`, 'Log in with --ca-file FILE or --pin sha256//….', cause);
  if (code === 'ECONNREFUSED') return new CliError(`nothing listens at ${url}`, 'Is the service running, and the address right?', cause);
  if (code === 'ENOTFOUND') return new CliError(`there is no host of that name: ${url}`, 'Check the address.', cause);
  return new CliError(
    `cannot reach ${url}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Check the address and the network.',
    cause,
  );
}

/** Whether a failure is that nobody vouches for the server's certificate. */
export function isUntrusted(error: unknown): boolean {
  const code = error instanceof CliError ? (error.cause as { code?: string } | undefined)?.code : undefined;
  return code !== undefined && untrusted.has(code);
}

const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
]);
