const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ECONNRESET: 'connection reset by peer',
};

/** A failure to connect as Go's standard library words it, which is what people search for. */
export function dialText(error: NodeJS.ErrnoException): string {
  return texts[error.code ?? ''] ?? error.message;
}
