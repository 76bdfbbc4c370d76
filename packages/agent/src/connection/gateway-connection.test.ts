import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecretToken } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestGateway } from '../testing/test-gateway.ts';
import { CredentialStore } from './credential-store.ts';
import { GatewayConnection } from './gateway-connection.ts';

interface Scene {
  gateway: TestGateway;
  credentials: CredentialStore;
  /** The messages of the log, with what stood beside them. */
  lines: { msg: string; remedy?: string }[];
  /** What lies in the file of the join token. */
  token: { value: string | undefined };
}

function recorder(lines: Scene['lines']): Logger {
  const record = (keys: object, msg: string): void => void lines.push({ ...keys, msg });
  const logger: Logger = { debug() {}, info: record, warn: record, error: record, child: () => logger };
  return logger;
}

/** A connection that runs against a gateway of its own until the test ends. */
async function scene(prepare: (scene: Scene) => Promise<void>): Promise<Scene> {
  const stateDir = await mkdtemp(join(tmpdir(), 'kajitori-connection-'));
  const gateway = new TestGateway();
  await gateway.listen();
  const lines: Scene['lines'] = [];
  const made: Scene = { gateway, credentials: new CredentialStore(stateDir), lines, token: { value: undefined } };
  await prepare(made);
  let epoch = 0;
  const connection = new GatewayConnection({
    gatewayUrl: gateway.url,
    trust: { kind: 'system' },
    credentials: made.credentials,
    joinToken: async () => made.token.value,
    onJoined: async () => void (made.token.value = undefined),
    hello: () => ({ agentVersion: '0.1.0', nodeName: 'n1', bootId: 'b', capabilities: [] }),
    lastEpoch: () => epoch,
    onWelcome: async (welcome) => void (epoch = welcome.epoch),
    onDesired: async () => undefined,
    onGoneTold: () => undefined,
    acceptStream: async () => () => undefined,
    log: recorder(lines),
  });
  const stop = new AbortController();
  const running = connection.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await gateway[Symbol.asyncDispose]();
    await rm(stateDir, { recursive: true });
  });
  return made;
}

const refusalLines = ({ lines }: Scene) => lines.filter(({ msg }) => msg.includes('refuses this node'));

describe('an agent that the control plane refuses', () => {
  it('says so once with the remedy, asks without haste, and comes back when its credential is valid again', async () => {
    const refused = await scene(async ({ gateway, credentials }) => {
      await credentials.confirm(newSecretToken('nodeCredential'));
      gateway.admits = () => false;
    });
    const { gateway } = refused;
    await expect.poll(() => gateway.refusals.length, { timeout: 4_000 }).toBe(2);
    const [first = 0, second = 0] = gateway.refusals;
    expect(second - first).toBeGreaterThan(600);
    expect(refusalLines(refused)).toEqual([
      expect.objectContaining({ remedy: expect.stringContaining('kaji nodes join-command') as unknown }),
    ]);
    refused.token.value = newSecretToken('joinToken');
    gateway.admits = (authorization) => authorization !== `Bearer ${refused.token.value}`;
    await expect.poll(() => gateway.hellos.length, { timeout: 6_000 }).toBe(1);
    expect(refusalLines(refused)).toHaveLength(1);
    await expect.poll(() => refused.token.value, { message: 'the token that was not needed is thrown away' }).toBeUndefined();
  }, 15_000);

  it('joins at once when another join token is laid down, however long it would have waited', async () => {
    const used = newSecretToken('joinToken');
    const fresh = newSecretToken('joinToken');
    const refused = await scene(async ({ gateway, token }) => {
      token.value = used;
      gateway.admits = (authorization) => authorization === `Bearer ${fresh}`;
    });
    const { gateway, token } = refused;
    await expect.poll(() => gateway.refusals.length, { timeout: 8_000 }).toBeGreaterThan(1);
    token.value = fresh;
    await expect.poll(() => gateway.hellos.length, { timeout: 3_000 }).toBe(1);
    expect(gateway.hellos[0]).toHaveProperty('credentialHash');
  }, 15_000);
});
