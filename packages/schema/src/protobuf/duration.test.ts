import { describe, expect, it } from 'vitest';
import { coded, object, ref } from '../builder.ts';
import { durationNanoseconds, durationText } from './duration.ts';
import { decodeProtobuf, encodeProtobuf } from './protobuf.ts';

describe('a duration', () => {
  it.each([
    ['0s', 0],
    ['1ns', 1],
    ['1.5µs', 1_500],
    ['250ms', 250e6],
    ['15.004s', 15.004e9],
    ['1m0s', 60e9],
    ['-1h2m3.5s', -3_723.5e9],
  ])('%s', (text, nanoseconds) => {
    expect(durationNanoseconds(text)).toBe(nanoseconds);
    expect(durationText(nanoseconds)).toBe(text);
  });

  it.each(['', 's', '5', '1 s', '1.s', '5d', 'h1'])('is not %j', (text) => {
    expect(durationNanoseconds(text)).toBeUndefined();
  });

  it('is nanoseconds in a message of its own in protobuf', () => {
    const Duration = coded<string>('test.v1.Duration', 'duration', { type: 'string' });
    const { schema } = object('test.v1.Window', { window: ref(3, () => Duration) });
    const bytes = encodeProtobuf(schema, { window: '300ns' });
    expect(Buffer.from(bytes).toString('hex')).toBe('1a0308ac02');
    expect(decodeProtobuf(schema, bytes)).toEqual({ window: '300ns' });
  });
});
