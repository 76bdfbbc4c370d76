import { StatusError } from '@kajitori/apimachinery';
import { describe, expect, it } from 'vitest';
import { negotiate } from './media-type.ts';

const both = { protobuf: true, views: true };

describe('negotiation', () => {
  it.each([
    [undefined, { encoding: 'json', as: 'object' }],
    ['*/*', { encoding: 'json', as: 'object' }],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', { encoding: 'json', as: 'table' }],
    ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', { encoding: 'json', as: 'partial' }],
    ['application/vnd.kubernetes.protobuf,application/json', { encoding: 'protobuf', as: 'object' }],
    ['application/json;q=0.5,application/yaml', { encoding: 'yaml', as: 'object' }],
    ['application/json;as=Unknown;g=x;v=v1,application/json', { encoding: 'json', as: 'object' }],
  ])('%s', (accept, expected) => {
    expect(negotiate(accept, both)).toMatchObject(expected);
  });

  it('falls back from protobuf where it cannot be written', () => {
    expect(negotiate('application/vnd.kubernetes.protobuf,application/json', { protobuf: false, views: true }).encoding).toBe('json');
  });

  it.each(['text/html', 'application/json;as=Table;v=v9;g=meta.k8s.io', 'application/cbor'])('refuses %s with 406', (accept) => {
    expect(() => negotiate(accept, both)).toThrow(StatusError);
  });
});
