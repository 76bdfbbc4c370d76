/**
 * Which addresses a URL that a tenant chose may lead to. What is not known to be public is refused: for IPv6 only the range of
 * global unicast is open at all, and forms that carry an IPv4 address are judged by that address or not at all.
 */
import { BlockList, isIP } from 'node:net';

/** `private` also opens this machine and the networks around it: for development and for installations in one's own network. */
export type AllowedAddresses = 'public' | 'private';

type Range = readonly [network: string, prefix: number];

/** RFC 6890 and its registry: everything that is not global unicast. */
const reservedIPv4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Inside global unicast, yet of special use: Teredo and other protocols, documentation, 6to4, a second documentation range. */
const reservedIPv6: readonly Range[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];
const globalIPv6: readonly Range[] = [['2000::', 3]];

/** What `private` opens. Link-local stays shut: there are the machines' metadata services. */
const privateIPv4: readonly Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];
const privateIPv6: readonly Range[] = [
  ['::1', 128],
  ['fc00::', 7],
];
/** Services of cloud platforms to their own machines, that hand out credentials. Never reached, whatever is allowed. */
const metadataIPv4: readonly Range[] = [
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
];
const metadataIPv6: readonly Range[] = [['fd00:ec2::', 32]];

const reserved = { 4: blockList(reservedIPv4, 'ipv4'), 6: blockList(reservedIPv6, 'ipv6') };
const opened = { 4: blockList(privateIPv4, 'ipv4'), 6: blockList(privateIPv6, 'ipv6') };
const metadata = { 4: blockList(metadataIPv4, 'ipv4'), 6: blockList(metadataIPv6, 'ipv6') };
const unicastIPv6 = blockList(globalIPv6, 'ipv6');

/** Whether a connection to this address may be made. Anything that is no address may not. */
export function isAllowedAddress(address: string, allowed: AllowedAddresses): boolean {
  // A zone names an interface of this machine.
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 4) return isAllowedIPv4(address, allowed);
  if (version !== 6) return false;
  const mapped = mappedIPv4(address);
  return mapped === undefined ? isAllowedIPv6(address, allowed) : isAllowedIPv4(mapped, allowed);
}

function isAllowedIPv4(address: string, allowed: AllowedAddresses): boolean {
  if (metadata[4].check(address, 'ipv4')) return false;
  return !reserved[4].check(address, 'ipv4') || (allowed === 'private' && opened[4].check(address, 'ipv4'));
}

function isAllowedIPv6(address: string, allowed: AllowedAddresses): boolean {
  if (metadata[6].check(address, 'ipv6')) return false;
  if (allowed === 'private' && opened[6].check(address, 'ipv6')) return true;
  return unicastIPv6.check(address, 'ipv6') && !reserved[6].check(address, 'ipv6');
}

/** `127.0.0.1` of `::ffff:127.0.0.1` and of every other way to write it. */
function mappedIPv4(address: string): string | undefined {
  // URL writes every IPv6 address in one form: lower case, shortened, without dots.
  const match = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(new URL(`http://[${address}]/`).hostname);
  if (match === null) return undefined;
  const words = [match[1], match[2]].map((text) => Number.parseInt(text ?? '', 16));
  return words.flatMap((word) => [word >> 8, word & 0xff]).join('.');
}

function blockList(ranges: readonly Range[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}
