/** IP addresses and CIDR ranges. Addresses with zones, and IPv4 in IPv6's clothes, are no addresses here. */
import { EvaluationError } from '../errors.ts';
import { declareFunction, type FunctionDeclaration, type Library, member, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';
import { OpaqueValue } from '../values/value.ts';
import { type Address, formatAddress, isV4In6, maskAddress, parseAddress, sameAddress } from './ip-address.ts';

const { bool, int, string } = types;

export const ipType = types.opaque('net.IP');
export const cidrType = types.opaque('net.CIDR');

class IpValue extends OpaqueValue {
  readonly type = ipType;
  readonly address: Address;

  constructor(address: Address) {
    super();
    this.address = address;
  }

  override get size(): number {
    return this.address.bytes.length;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof IpValue && sameAddress(this.address, other.address);
  }

  override toString(): string {
    return formatAddress(this.address);
  }
}

class CidrValue extends OpaqueValue {
  readonly type = cidrType;
  readonly address: Address;
  readonly bits: number;

  constructor(address: Address, bits: number) {
    super();
    this.address = address;
    this.bits = bits;
  }

  override get size(): number {
    return Math.ceil(this.bits / 8);
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof CidrValue && this.bits === other.bits && sameAddress(this.address, other.address);
  }

  contains(address: Address): boolean {
    return sameAddress(maskAddress(this.address, this.bits), maskAddress(address, this.bits));
  }

  override toString(): string {
    return `${formatAddress(this.address)}/${this.bits}`;
  }
}

function readIp(text: string): IpValue | string {
  const shown = JSON.stringify(text);
  const percent = text.indexOf('%');
  if (percent > 0 && text.includes(':') && parseAddress(text.slice(0, percent)) !== undefined && percent + 1 < text.length) {
    return `IP address ${shown} with zone value is not allowed`;
  }
  const address = parseAddress(text);
  if (address === undefined)
    return `IP Address ${shown} parse error during conversion from string: ParseAddr(${shown}): unable to parse IP`;
  return isV4In6(address) ? `IPv4-mapped IPv6 address ${shown} is not allowed` : new IpValue(address);
}

function ipOf(text: string): IpValue {
  const ip = readIp(text);
  if (typeof ip === 'string') throw new EvaluationError(ip);
  return ip;
}

function readCidr(text: string): CidrValue | string {
  const failed = 'network address parse error during conversion from string: ';
  const slash = text.lastIndexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > address.bytes.length * 8) {
    return `${failed}netip.ParsePrefix(${JSON.stringify(text)}): ${slash < 0 ? "no '/'" : 'unable to parse IP or prefix length'}`;
  }
  return isV4In6(address) ? `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed` : new CidrValue(address, Number(bits));
}

function cidrOf(text: string): CidrValue {
  const cidr = readCidr(text);
  if (typeof cidr === 'string') throw new EvaluationError(`network address parse error during conversion from string: ${cidr}`);
  return cidr;
}

const byte = ({ address }: IpValue, index: number): number => address.bytes[index] as number;
const isV4 = ({ address }: IpValue): boolean => address.bytes.length === 4;

const isUnspecified = ({ address }: IpValue): boolean => address.bytes.every((each) => each === 0);

function isLoopback(ip: IpValue): boolean {
  if (isV4(ip)) return byte(ip, 0) === 127;
  return ip.address.bytes.every((each, index) => each === (index === 15 ? 1 : 0));
}

function isMulticast(ip: IpValue): boolean {
  return isV4(ip) ? (byte(ip, 0) & 0xf0) === 0xe0 : byte(ip, 0) === 0xff;
}

function isLinkLocalMulticast(ip: IpValue): boolean {
  if (isV4(ip)) return byte(ip, 0) === 224 && byte(ip, 1) === 0 && byte(ip, 2) === 0;
  return byte(ip, 0) === 0xff && (byte(ip, 1) & 0x0f) === 0x02;
}

function isLinkLocalUnicast(ip: IpValue): boolean {
  if (isV4(ip)) return byte(ip, 0) === 169 && byte(ip, 1) === 254;
  return byte(ip, 0) === 0xfe && (byte(ip, 1) & 0xc0) === 0x80;
}

function isGlobalUnicast(ip: IpValue): boolean {
  const broadcast = isV4(ip) && ip.address.bytes.every((each) => each === 255);
  return !broadcast && !isUnspecified(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocalUnicast(ip);
}

function containsCidr(outer: CidrValue, inner: CidrValue): boolean {
  return outer.bits <= inner.bits && outer.address.bytes.length === inner.address.bytes.length && outer.contains(inner.address);
}

function predicate(name: string, id: string, holds: (ip: IpValue) => boolean): FunctionDeclaration {
  return declareFunction(name, member(id, [ipType], bool, holds));
}

const functions: readonly FunctionDeclaration[] = [
  declareFunction(
    'ip',
    overload('string_to_ip', [string], ipType, ipOf),
    member('cidr_ip', [cidrType], ipType, (cidr: CidrValue) => new IpValue(cidr.address)),
  ),
  declareFunction(
    'isIP',
    overload('is_ip', [string], bool, (text: string) => typeof readIp(text) !== 'string'),
  ),
  declareFunction(
    'ip.isCanonical',
    overload('ip_is_canonical', [string], bool, (text: string) => ipOf(text).toString() === text),
  ),
  declareFunction(
    'family',
    member('ip_family', [ipType], int, (ip: IpValue) => (isV4(ip) ? 4 : 6)),
  ),
  predicate('isUnspecified', 'ip_is_unspecified', isUnspecified),
  predicate('isLoopback', 'ip_is_loopback', isLoopback),
  predicate('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
  predicate('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
  predicate('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
  declareFunction('string', overload('ip_to_string', [ipType], string, String), overload('cidr_to_string', [cidrType], string, String)),
  declareFunction('cidr', overload('string_to_cidr', [string], cidrType, cidrOf)),
  declareFunction(
    'isCIDR',
    overload('is_cidr', [string], bool, (text: string) => typeof readCidr(text) !== 'string'),
  ),
  declareFunction(
    'containsIP',
    member('cidr_contains_ip_string', [cidrType, string], bool, (cidr: CidrValue, text: string) => cidr.contains(ipOf(text).address)),
    member('cidr_contains_ip_ip', [cidrType, ipType], bool, (cidr: CidrValue, ip: IpValue) => cidr.contains(ip.address)),
  ),
  declareFunction(
    'containsCIDR',
    member('cidr_contains_cidr_string', [cidrType, string], bool, (cidr: CidrValue, text: string) => containsCidr(cidr, cidrOf(text))),
    member('cidr_contains_cidr', [cidrType, cidrType], bool, containsCidr),
  ),
  declareFunction(
    'prefixLength',
    member('cidr_prefix_length', [cidrType], int, (cidr: CidrValue) => cidr.bits),
  ),
  declareFunction(
    'masked',
    member('cidr_masked', [cidrType], cidrType, (cidr: CidrValue) => new CidrValue(maskAddress(cidr.address, cidr.bits), cidr.bits)),
  ),
];

export const networkLibrary: Library = { name: 'network', types: [ipType, cidrType], functions };
