import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AllowedAddresses, isAllowedAddress } from './address-ranges.ts';
import { EgressError } from './egress-error.ts';

/** Resolves a name to all of its addresses. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/**
 * The lookup of a connection. What it answers is what the connection goes to: the name is not resolved a second time, so that an
 * answer that changes between the check and the connection changes nothing. One address that is not allowed refuses the name.
 */
export function checkedLookup(resolve: Resolve, allowed: AllowedAddresses): LookupFunction {
  return (host, options, callback) => {
    const answer = async (): Promise<void> => {
      const addresses = await checkedAddresses(resolve, allowed, host, options);
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    };
    answer().catch((error: NodeJS.ErrnoException) => callback(error, '', 4));
  };
}

async function checkedAddresses(
  resolve: Resolve,
  allowed: AllowedAddresses,
  host: string,
  { family }: LookupOptions,
): Promise<readonly LookupAddress[]> {
  const addresses = await resolve(host).catch((error: unknown) => {
    throw new EgressError('lookup', `dial tcp: lookup ${host}: no such host`, { cause: error });
  });
  // The addresses themselves stay untold: a tenant need not learn what our resolver knows of inner networks.
  if (!addresses.every(({ address }) => isAllowedAddress(address, allowed))) throw addressRefused(host);
  const wanted = addresses.filter((one) => (family !== 4 && family !== 6) || one.family === family);
  if (wanted.length === 0) throw new EgressError('lookup', `dial tcp: lookup ${host}: no such host`);
  return wanted;
}

/** For hosts that are addresses already, which no connection looks up. @throws EgressError when it is not allowed. */
export function checkHost(host: string, allowed: AllowedAddresses): void {
  if (isIP(host) !== 0 && !isAllowedAddress(host, allowed)) throw addressRefused(host);
}

function addressRefused(host: string): EgressError {
  return new EgressError('refused', `dial tcp: ${host}: the address is not allowed: only public addresses are called`);
}

export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
