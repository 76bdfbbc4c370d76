import { describe, expect, it } from 'vitest';
import type { AgentMessage } from './agent-messages.ts';
import { ProtocolError, decodeAgentMessage, decodeGatewayMessage, encodeMessage, splitBySize } from './codec.ts';
import type { GatewayMessage } from './gateway-messages.ts';
import { maxMessageBytes } from './limits.ts';

const hello: AgentMessage = {
  type: 'hello',
  protocol: { oldest: 1, newest: 1 },
  agentVersion: '0.1.0',
  nodeName: 'node-1',
  bootId: 'b',
  capabilities: [],
  credentialHash: 'a'.repeat(64),
};

const sync: GatewayMessage = {
  type: 'desiredSync',
  revision: 7,
  part: 0,
  last: true,
  objects: [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default', uid: 'u', finalizers: ['x'] },
      spec: { containers: [] },
    },
  ],
};

describe('messages', () => {
  it('come back as they went, with fields of objects that this version does not know', () => {
    expect(decodeAgentMessage(encodeMessage(hello))).toEqual(hello);
    expect(decodeGatewayMessage(encodeMessage(sync))).toEqual(sync);
  });

  it('of a type that a newer peer knows are passed over', () => {
    expect(decodeAgentMessage('{"type":"tomorrow","x":1}')).toBeUndefined();
    expect(decodeGatewayMessage('{"type":"hello"}')).toBeUndefined();
  });

  it.each([
    ['no JSON', '{'],
    ['no type', '[]'],
    ['a null', 'null'],
    ['a missing field', '{"type":"hello"}'],
    ['a hash of another form', encodeMessage(hello).replace('a'.repeat(64), 'secret')],
    ['too long a text', `"${'x'.repeat(maxMessageBytes)}"`],
  ])('with %s are refused', (_name, text) => {
    expect(() => decodeAgentMessage(text)).toThrow(ProtocolError);
  });

  it('say nothing of their values when they are refused', () => {
    const secret = {
      type: 'desiredSync',
      revision: 1,
      part: 0,
      last: true,
      objects: [{ apiVersion: 'v1', kind: 'Secret', metadata: 'hunter2' }],
    };
    expect(() => decodeGatewayMessage(JSON.stringify(secret))).toThrow(/^(?!.*hunter2).*malformed/);
  });
});

describe('splitBySize', () => {
  it('keeps order, bounds count and size, and gives an oversized item a run of its own', () => {
    const items = ['a', 'b', 'x'.repeat(50), 'c', 'd', 'e'];
    expect(splitBySize(items, { maxItems: 2, targetBytes: 20 })).toEqual([['a', 'b'], ['x'.repeat(50)], ['c', 'd'], ['e']]);
    expect(splitBySize([], { maxItems: 2, targetBytes: 20 })).toEqual([]);
  });
});
