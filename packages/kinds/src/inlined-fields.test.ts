import { decodeProtobuf, encodeProtobuf, type NamedType } from '@kajitori/schema';
import { describe, expect, it } from 'vitest';
import {
  ConfigMapKeySelector,
  DeviceClaimConfiguration,
  EphemeralContainer,
  IngressRule,
  NamedRuleWithOperations,
  PersistentVolumeSpec,
  Probe,
  Volume,
} from './index.ts';

/** Where JSON writes fields side by side and protobuf nests them, the bytes are written out by hand: `field << 3 | 2, length, …`. */
const cases: [string, NamedType<unknown>, object, string][] = [
  ['the source of a volume', Volume, { name: 'v', emptyDir: {} }, '0a0176 1202 1200'],
  ['a late source of a volume', Volume, { name: 'v', csi: { driver: 'd' } }, '0a0176 1206 e20103 0a0164'],
  ['the source of a persistent volume', PersistentVolumeSpec, { local: { path: 'p' } }, '1206 a20103 0a0170'],
  ['the handler of a probe', Probe, { tcpSocket: { port: 80 } }, '0a08 1a06 0a04 0800 1050'],
  ['the name in a reference to a key', ConfigMapKeySelector, { name: 'c', key: 'k' }, '0a03 0a0163 12016b'],
  [
    'what an ephemeral container shares with others',
    EphemeralContainer,
    { name: 'd', image: 'i', targetContainerName: 't' },
    '0a06 0a0164 120169 120174',
  ],
  ['the paths of an ingress rule', IngressRule, { host: 'h', http: { paths: [] } }, '0a0168 1202 0a00'],
  [
    'a rule in a rule',
    NamedRuleWithOperations,
    { resourceNames: ['n'], operations: ['CREATE'], resources: ['pods'] },
    '0a016e 1210 0a06435245415445 1206 1a04706f6473',
  ],
  ['the settings of a device claim', DeviceClaimConfiguration, { requests: ['r'], opaque: { driver: 'd' } }, '0a0172 1205 0a03 0a0164'],
];

/** Fields that a Go program always writes, and readers may do without, are left out of the comparison. */
describe('fields that protobuf nests', () => {
  it.each(cases)('%s is read', (_name, { schema }, value, hex) => {
    expect(decodeProtobuf(schema, Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toMatchObject(value);
  });

  it.each(cases)('%s comes back from what was written', (_name, { schema }, value) => {
    expect(decodeProtobuf(schema, encodeProtobuf(schema, value))).toMatchObject(value);
  });
});
