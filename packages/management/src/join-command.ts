/** What a person runs on a machine to make it a node. */
export interface JoinCommandOptions {
  publicUrl: string;
  /** `sha256//…` of the key that our servers present; absent where everybody trusts their certificate. */
  pin: string | undefined;
  token: string;
}

/**
 * One line for a POSIX shell. Under our own authority curl cannot check the chain, but it is not blind: it refuses any
 * server that does not hold the pinned key.
 */
export function joinCommand({ publicUrl, pin, token }: JoinCommandOptions): string {
  const trust = pin === undefined ? '' : ` -k --pinnedpubkey ${quoted(pin)}`;
  return `curl -fsSL${trust} ${quoted(`${publicUrl.replace(/\/$/, '')}/install`)} | sh -s -- --token ${quoted(token)}`;
}

/** Left alone when no shell would read it otherwise. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
