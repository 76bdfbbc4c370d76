import { isIP, isIPv4 } from 'node:net';

export function isIpAddress(text: string): boolean {
  // A zone (`fe80::1%eth0`) means nothing outside one machine.
  return isIP(text) !== 0 && !text.includes('%');
}

export function ipFamilyOf(text: string): 'IPv4' | 'IPv6' {
  return isIPv4(text) ? 'IPv4' : 'IPv6';
}

/** An address block such as `10.0.0.0/8`. */
export function isCidr(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  if (rest.length > 0 || !isIpAddress(address) || !/^\d{1,3}$/.test(length)) return false;
  return Number(length) <= (isIPv4(address) ? 32 : 128);
}
