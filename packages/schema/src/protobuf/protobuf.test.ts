import { isStatusError } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coded, list, type NamedType, object, ref, string } from '../builder.ts';
import { normalize } from '../normalize/normalize.ts';
import { ConfigMap, Container, Deployment, Everything, Pod, samplePod } from '../sample-types.fixture.ts';
import { decodeEnvelope, decodeProtobuf, encodeEnvelope, encodeProtobuf, envelopeAround } from './protobuf.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
const roundTrip = (type: NamedType<unknown>, value: unknown): unknown => decodeProtobuf(type.schema, encodeProtobuf(type.schema, value));

describe('protobuf', () => {
  it.each([
    [{ text: 'a' }, '0a 01 61'],
    [{ small: -1 }, '18 ffffffffffffffffff01'],
    [{ big: 300 }, '20 ac02'],
    [{ ratio: 1 }, '29 000000000000f03f'],
    [{ blob: 'aGk=' }, '32 02 6869'],
    [{ numbers: [1, 2] }, '40 01 40 02'],
    [{ named: { b: '', a: 'x' } }, '4a 06 0a0161 120178 4a 05 0a0162 1200'],
    [{ extra: { k: ['a', 'b'] } }, '62 0b 0a016b 12 06 0a0161 0a0162'],
    [{ time: '1970-01-01T00:00:01Z' }, '6a 04 0801 1000'],
    [{ micro: '1970-01-01T00:00:00.000001Z' }, '72 05 0800 10e807'],
    [{ amount: '1Gi' }, '7a 05 0a 03 314769'],
    [{ either: 8080 }, '8a01 07 0800 10903f 1a00'],
    [{ either: 'http' }, '8a01 0a 0801 1000 1a0468747470'],
    [{ raw: { a: 1 } }, '9201 09 0a07 7b2261223a317d'],
    [{ inner: 'x', deeper: 5 }, 'ca01 07 0a0178 12020805'],
    [{ zero: 0 }, 'd00100'],
    [{}, ''],
  ])('writes and reads %j', (value, bytes) => {
    expect(hex(encodeProtobuf(Everything.schema, value))).toBe(bytes.replaceAll(' ', ''));
    expect(decodeProtobuf(Everything.schema, fromHex(bytes))).toEqual(value);
  });

  it('reads what a Go encoder writes: zeros vanish where they are no value, packed lists, unknown fields, groups', () => {
    const read = (text: string): unknown => decodeProtobuf(Everything.schema, fromHex(text));
    expect(read('0a00 1000 1800 2000 3200')).toEqual({});
    expect(read('d00100')).toEqual({ zero: 0 });
    expect(read('42 03 010203')).toEqual({ numbers: [1, 2, 3] });
    expect(read('6a00')).toEqual({});
    expect(read('b20100')).toEqual({ self: {} });
    expect(read('b20103 0a0161 b20102 1001')).toEqual({ self: { text: 'a', flag: true } });
    expect(read('c03e01 c53e00000000 c13e0000000000000000 c33e 0a00 c43e 0a0161')).toEqual({ text: 'a' });
    expect(read('4a 00')).toEqual({ named: { '': '' } });
    expect(decodeProtobuf(Container.schema, fromHex('0a00 1200'))).toEqual({ name: '' });
    expect(decodeProtobuf(Deployment.schema, fromHex('12 02 0800'))).toEqual({ spec: { replicas: 0 } });
    expect(decodeProtobuf(Pod.schema, fromHex('12 00'))).toEqual({ spec: { containers: [] } });
  });

  it.each([
    ['0a 05 61', /unexpected EOF/],
    ['0a', /unexpected EOF/],
    ['80', /unexpected EOF/],
    ['08 01', /wrong wireType = 0 for field text/],
    ['00 01', /illegal tag 0/],
    ['0f', /illegal wire type 7|wrong wireType/],
    ['20 ffffffffffffffff7f', /outside/],
    ['20 ffffffffffffffffffff01', /overflow/],
    ['0a 01 ff', /not valid UTF-8/],
    ['29 000000000000f07f', /no JSON form/],
    ['6a 08 08ffffffffffff3f', /no RFC 3339 form/],
    ['7a 03 0a0178', /not a quantity/],
    ['9201 03 0a017b', /json parse error/],
    ['9201 03 0a0131', /must be a JSON object/],
    ['9201 06 0a04 6b387300', /sent as JSON/],
    ['c43e', /illegal wire type 4/],
  ])('refuses %s', (bytes, message) => {
    const run = (): unknown => decodeProtobuf(Everything.schema, fromHex(bytes));
    expect(run).toThrow(message);
    expect(run).toThrow(expect.toSatisfy((error) => isStatusError(error, 'BadRequest')));
  });

  it('refuses endless nesting', () => {
    let bytes = new Uint8Array();
    for (let level = 0; level < 600; level += 1) {
      bytes = Buffer.concat([
        fromHex('b201'),
        Buffer.from(bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)]),
        bytes,
      ]);
    }
    expect(() => decodeProtobuf(Everything.schema, bytes)).toThrow(/nested deeper/);
  });

  it('carries objects there and back', () => {
    const pod = samplePod();
    normalize(Pod.schema, pod, { unknown: 'drop' });
    const { apiVersion: _version, kind: _kind, ...rest } = pod;
    expect(roundTrip(Pod, pod)).toEqual(rest);
    expect(roundTrip(ConfigMap, { data: { __proto__: 'x', a: '' }, binaryData: { b: 'AAE=' }, immutable: false })).toEqual({
      data: { a: '' },
      binaryData: { b: 'AAE=' },
      immutable: false,
    });
  });

  it('carries schemas, and what may stand in their place', () => {
    const either = (name: string, codec: 'schemaOrArray' | 'schemaOrBool' | 'schemaOrStringArray'): NamedType<unknown> =>
      coded(name, codec, {
        'x-kubernetes-preserve-unknown-fields': true,
        get items() {
          return Props.schema;
        },
      });
    const OrArray = either('test.v1.OrArray', 'schemaOrArray');
    const OrBool = either('test.v1.OrBool', 'schemaOrBool');
    const OrStrings = either('test.v1.OrStrings', 'schemaOrStringArray');
    const Props: NamedType<unknown> = object('test.v1.Props', {
      type: string(1),
      items: ref(2, () => OrArray),
      additionalProperties: ref(3, () => OrBool),
      dependencies: ref(4, () => OrStrings),
      allOf: list(5, (): NamedType<unknown> => Props),
    });
    for (const value of [
      { items: { type: 'string' } },
      { items: [{ type: 'a' }, {}] },
      { additionalProperties: true },
      { additionalProperties: false },
      { additionalProperties: { items: { additionalProperties: {} } } },
      { dependencies: { type: 'x' } },
      { dependencies: ['a', 'b'] },
      { allOf: [{ allOf: [{}] }] },
    ]) {
      expect(roundTrip(Props, value)).toEqual(value);
      expect(normalize(Props.schema, structuredClone(value), { unknown: 'drop' })).toEqual({ value, errors: [], unknown: [] });
    }
  });

  it('decodes what it encodes, for every normalized value', () => {
    const scalar = {
      text: fc.string({ unit: 'grapheme' }),
      flag: fc.boolean(),
      small: fc.integer(),
      big: fc.maxSafeInteger(),
      ratio: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      blob: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
      time: fc.date({ min: new Date('0001-01-02'), max: new Date('9999-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
      micro: fc.date({ min: new Date('0001-01-02'), max: new Date('9999-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
      amount: fc.constantFrom('1', '500m', '1Gi', '1.5', '3e3', 7),
      either: fc.oneof(fc.string(), fc.integer()),
      raw: fc.object().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      json: fc.jsonValue().filter((value) => value !== null),
    };
    const key = fc.oneof(fc.string(), fc.constant('__proto__'));
    const everything = fc.letrec((tie) => ({
      node: fc.record(
        {
          ...scalar,
          texts: fc.array(scalar.text),
          numbers: fc.array(scalar.small),
          flags: fc.array(scalar.flag),
          named: fc.dictionary(key, scalar.text),
          counts: fc.dictionary(key, scalar.big),
          blobs: fc.dictionary(key, scalar.blob),
          extra: fc.dictionary(key, fc.array(scalar.text)),
          amounts: fc.dictionary(key, scalar.amount),
          jsons: fc.array(scalar.json),
          inner: scalar.text,
          deeper: scalar.small,
          zero: scalar.small,
          self: fc.oneof({ maxDepth: 3 }, fc.constant({}), tie('node')),
          selves: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('node'), { maxLength: 2 })),
          byName: fc.oneof({ maxDepth: 3 }, fc.constant({}), fc.dictionary(key, tie('node'), { maxKeys: 2 })),
        },
        { requiredKeys: [] },
      ),
    })).node;
    fc.assert(
      fc.property(everything, (given) => {
        const value = JSON.parse(JSON.stringify(given)) as unknown;
        const { errors } = normalize(Everything.schema, value, { unknown: 'drop' });
        // The zero instant is absence on the wire.
        if (errors.length > 0 || JSON.stringify(value).includes('1970-01-01T00:00:00')) return;
        expect(JSON.stringify(sorted(roundTrip(Everything, value)))).toBe(JSON.stringify(sorted(value)));
      }),
    );
  });

  it('reads any bytes without harm: a value, or a StatusError', () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    const damaged = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      const bytes = encodeProtobuf(Pod.schema, samplePod());
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.constantFrom(Everything, Pod), fc.oneof(noise, damaged), (type, bytes) => {
        try {
          const value = decodeProtobuf(type.schema, bytes);
          expect(decodeProtobuf(type.schema, encodeProtobuf(type.schema, value))).toEqual(value);
        } catch (error) {
          if (!isStatusError(error)) throw error;
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Keys in order, so that texts compare; also below keys that plain assignment would lose. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

describe('the envelope', () => {
  it.each([0, 1, 127, 128, 300_000])('is put around %i bytes that come in pieces', (length) => {
    const bytes = new Uint8Array(length).fill(7);
    const { before, after } = envelopeAround('v1', 'PodList', length);
    expect(Buffer.concat([before, bytes, after]).equals(encodeEnvelope('v1', 'PodList', bytes))).toBe(true);
  });

  it('names the kind of the bytes inside', () => {
    const bytes = encodeEnvelope('apps/v1', 'Deployment', fromHex('0a00'));
    expect(hex(bytes)).toBe('6b387300 0a15 0a07617070732f7631 120a4465706c6f796d656e74 1202 0a00 1a00 2200'.replaceAll(' ', ''));
    const { apiVersion, kind, raw } = decodeEnvelope(bytes);
    expect([apiVersion, kind, hex(raw)]).toEqual(['apps/v1', 'Deployment', '0a00']);
  });

  it('refuses what is none', () => {
    expect(() => decodeEnvelope(fromHex('7b7d'))).toThrow(/expected prefix/);
    expect(() => decodeEnvelope(fromHex('6b387300 0aff'))).toThrow(/unexpected EOF/);
  });
});
