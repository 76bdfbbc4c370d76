import { describe, expect, it } from 'vitest';
import { isAllowedAddress } from './address-ranges.ts';

const never = [
  '169.254.169.254',
  '169.254.0.1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  '0.0.0.0',
  '::',
  '::ffff:0.0.0.0',
  '::7f00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:1::1',
  '2001:db8::1',
  '3fff::1',
  '255.255.255.255',
  '224.0.0.1',
  'ff02::1',
  '240.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  'localhost',
  '',
  '1.2.3',
];
const onlyPrivate = [
  '127.0.0.1',
  '127.8.9.10',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '::1',
  'fd12::1',
  '::ffff:127.0.0.1',
  '0:0:0:0:0:ffff:7f00:1',
  '::ffff:10.0.0.1',
];
const open = [
  '1.1.1.1',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
  '169.253.0.1',
  '2606:4700:4700::1111',
  '2a00:1450::1',
  '::ffff:8.8.8.8',
];

describe('addresses that a call may go to', () => {
  it.each(never)('never: %s', (address) => {
    expect([isAllowedAddress(address, 'public'), isAllowedAddress(address, 'private')]).toEqual([false, false]);
  });

  it.each(onlyPrivate)('only where private ones are allowed: %s', (address) => {
    expect([isAllowedAddress(address, 'public'), isAllowedAddress(address, 'private')]).toEqual([false, true]);
  });

  it.each(open)('always: %s', (address) => {
    expect([isAllowedAddress(address, 'public'), isAllowedAddress(address, 'private')]).toEqual([true, true]);
  });
});
