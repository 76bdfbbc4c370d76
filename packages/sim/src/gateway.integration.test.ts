import { text } from 'node:stream/consumers';
import { type AgentMessage, closeCodes, type GatewayMessage } from '@kajitori/agent-protocol';
import { type KubeObject, newClusterId, newSecretToken } from '@kajitori/apimachinery';
import { RoutedStreams } from '@kajitori/gateway';
import { configMaps, leases, nodes, pods, secrets } from '@kajitori/kinds';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RefusedByGatewayError } from './agent-connection.ts';
import { HollowNode } from './hollow-node.ts';
import { GatewayWorld, grounds, podNamed, until } from './testing/gateway-world.ts';

describe.each(grounds)('a gateway over %s', (_name, open) => {
  const owns = new AsyncDisposableStack();
  let ground: Awaited<ReturnType<typeof open>>;
  let world: GatewayWorld;

  beforeAll(async () => {
    ground = await open(owns);
  });
  afterAll(() => owns.disposeAsync());
  beforeEach(async () => {
    world = await GatewayWorld.open(ground);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it('lets a node join once by a token, registers it and keeps its lease', async () => {
    const { url } = await world.serve();
    const joinToken = world.identities.joinToken(world.cluster);
    const node = await world.hollow(url, { joinToken });
    await until(
      'the node is registered',
      async () =>
        (await world.client.resource(nodes).find('', 'n1'))?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    );
    await until('a heartbeat is acknowledged', () => node.acknowledgedHeartbeat > 0);
    const leaseOf = (): Promise<KubeObject | undefined> => world.client.resource(leases).find('kube-node-lease', 'n1');
    await until('the lease goes with the node', async () => (await leaseOf())?.metadata.ownerReferences !== undefined);
    const lease = await world.client.resource(leases).get('kube-node-lease', 'n1');
    expect(lease.spec).toMatchObject({ holderIdentity: 'n1', leaseDurationSeconds: 40 });
    const { metadata } = await world.client.resource(nodes).get('', 'n1');
    expect(lease.metadata.ownerReferences).toEqual([{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: metadata.uid }]);
    const another = new HollowNode({ gatewayUrl: url, name: 'n2', joinToken });
    await expect(another.start()).rejects.toMatchObject({ reason: 401 });
    const again = new HollowNode({ gatewayUrl: url, name: 'n1', joinToken: world.identities.joinToken(world.cluster) });
    await expect(again.start()).rejects.toMatchObject({ reason: 'NodeNameTaken' });
    const foreign = new HollowNode({ gatewayUrl: url, name: 'other', credential: node.credential });
    await expect(foreign.start()).rejects.toMatchObject({ reason: 'InvalidNode' });
    await expect(
      new HollowNode({ gatewayUrl: url, name: 'n3', credential: newSecretToken('nodeCredential') }).start(),
    ).rejects.toBeInstanceOf(RefusedByGatewayError);
  });

  it('runs the pods that are bound to a node, before and after it came, and lets deleted ones go', async () => {
    const { url } = await world.serve();
    await world.client.resource(pods).create(podNamed('early'));
    await world.client.resource(pods).create(podNamed('elsewhere', {}, 'n9'));
    const node = await world.hollow(url);
    await world.client.resource(pods).create(podNamed('late'));
    for (const name of ['early', 'late']) await until(`${name} runs`, async () => (await world.phaseOf(name)) === 'Running');
    expect(await world.phaseOf('elsewhere')).toBe('Pending');
    expect([...node.objects.keys()].sort()).toEqual(['Pod/default/early', 'Pod/default/late']);
    const late = await world.client.resource(pods).get('default', 'late');
    expect(late.status).toMatchObject({ qosClass: 'BestEffort', podIP: expect.stringMatching(/^10\./) });
    await world.client.resource(pods).delete('default', 'late');
    await until('late is gone', async () => (await world.client.resource(pods).find('default', 'late')) === undefined);
    await until('the node has forgotten it', () => !node.objects.has('Pod/default/late'));
  });

  it('sends the ConfigMaps and Secrets that pods name, as they come, change and go, and no others', async () => {
    const { url } = await world.serve();
    const object = (kind: string, name: string, data: object): KubeObject => ({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: 'default' },
      data,
    });
    await world.client.resource(configMaps).create(object('ConfigMap', 'used', { a: '1' }));
    await world.client.resource(configMaps).create(object('ConfigMap', 'unused', {}));
    await world.client.resource(pods).create(
      podNamed('p', {
        volumes: [
          { name: 'v', configMap: { name: 'used' } },
          { name: 's', secret: { secretName: 'later' } },
        ],
      }),
    );
    const node = await world.hollow(url);
    const keys = (): string[] => [...node.objects.keys()].sort();
    await until('the ConfigMap is there', () => node.objects.has('ConfigMap/default/used'));
    expect(keys()).toEqual(['ConfigMap/default/used', 'Pod/default/p']);
    await world.client.resource(secrets).create(object('Secret', 'later', { k: 'djE=' }));
    await until('the Secret is there', () => node.objects.has('Secret/default/later'));
    await world.client.resource(secrets).patch('default', 'later', { data: { k: 'djI=' } });
    await until(
      'the Secret has changed',
      () => (node.objects.get('Secret/default/later') as { data?: { k: string } } | undefined)?.data?.k === 'djI=',
    );
    await world.client.resource(configMaps).delete('default', 'used');
    await until('the ConfigMap is gone', () => !node.objects.has('ConfigMap/default/used'));
    await world.client.resource(pods).delete('default', 'p');
    await until('all is gone', () => node.objects.size === 0);
  });

  it('refuses reports about pods that are gone or of another uid, and tells whether to repeat them', async () => {
    const { url } = await world.serve();
    const node = await world.hollow(url);
    const pod = await world.client.resource(pods).create(podNamed('p'));
    const key = { namespace: 'default', name: 'p' };
    const say = async (message: AgentMessage & { batch: number }): Promise<GatewayMessage> => {
      node.say(message);
      const isAnswer = (heard: GatewayMessage): boolean => heard.type === 'batchResult' && heard.batch === message.batch;
      await until('the batch is answered', () => node.heard.some(isAnswer));
      return node.heard.find(isAnswer)!;
    };
    const uid = pod.metadata.uid ?? '';
    const statuses = [
      { ...key, uid: 'other', status: {} },
      { ...key, name: 'nobody', uid: 'x', status: {} },
      { ...key, uid, status: { phase: 'Running' } },
    ];
    expect(await say({ type: 'podStatuses', batch: 901, statuses })).toMatchObject({
      refused: [
        { index: 0, reason: 'NotFound', retry: false },
        { index: 1, reason: 'NotFound', retry: false },
      ],
    });
    expect(
      await say({
        type: 'podsGone',
        batch: 902,
        pods: [
          { ...key, uid },
          { ...key, name: 'nobody', uid: 'x' },
        ],
      }),
    ).toMatchObject({ refused: [{ index: 0, reason: 'Conflict' }] });
    const event = {
      metadata: { name: 'p.1', namespace: 'default' },
      involvedObject: { kind: 'Pod', ...key, uid },
      reason: 'Started',
      count: 1,
    };
    expect(await say({ type: 'events', batch: 903, events: [event] })).toMatchObject({ refused: [] });
    expect(await say({ type: 'events', batch: 904, events: [{ ...event, count: 2 }] })).toMatchObject({ refused: [] });
  });

  it('gives a newer session a higher epoch, and makes before it breaks', async () => {
    const { url, gateway } = await world.serve();
    const node = await world.hollow(url);
    const first = node.connection!;
    const { epoch } = node;
    await node.reconnect();
    expect(node.epoch).toBeGreaterThan(epoch!);
    expect((await first.closed).code).toBeOneOf([1000, closeCodes.superseded]);
    expect(gateway.sessionCount).toBe(1);
    await world.client.resource(pods).create(podNamed('after'));
    await until('the pod runs', async () => (await world.phaseOf('after')) === 'Running');
  });

  it('lets a session at another instance take over: the older is cut and writes nothing any more', async () => {
    const [one, two] = [await world.serve('g1'), await world.serve('g2')];
    const credential = world.identities.credential(world.cluster, 'n1');
    const older = await world.hollow(one.url, { credential });
    const connection = older.connection!;
    const pod = await world.client.resource(pods).create(podNamed('p'));
    await until('the pod runs', async () => (await world.phaseOf('p')) === 'Running');
    await world.hollow(two.url, { credential });
    older.say({
      type: 'podStatuses',
      batch: 800,
      statuses: [{ namespace: 'default', name: 'p', uid: pod.metadata.uid ?? '', status: { phase: 'Failed' } }],
    });
    expect((await connection.closed).code).toBe(closeCodes.superseded);
    expect(await world.phaseOf('p')).toBe('Running');
  });

  it('cuts the sessions of a revoked credential within seconds, and keeps them out', async () => {
    const { url, gateway } = await world.serve();
    const credential = world.identities.credential(world.cluster, 'n1');
    const node = await world.hollow(url, { credential });
    const { closed } = node.connection!;
    world.identities.dead.add((await world.identities.authenticate(credential))!.credentialId);
    expect((await closed).code).toBe(closeCodes.revoked);
    await until('the session is forgotten', () => gateway.sessionCount === 0);
    await expect(new HollowNode({ gatewayUrl: url, name: 'n1', credential }).start()).rejects.toMatchObject({ reason: 401 });
  });

  it('carries streams to the session, from another instance by what the directory says, and says when there is none', async () => {
    const { url, gateway, directory } = await world.serve();
    await world.hollow(url);
    const streams = new RoutedStreams({ local: gateway });
    const target = { cluster: world.cluster, node: 'n1', namespace: 'default', pod: 'p', uid: 'u', container: 'c' };
    const process = await streams.exec({ ...target, command: ['hello'], stdin: true, stdout: true, stderr: false, tty: false });
    process.stdin!.end('world');
    expect(await text(process.stdout!)).toBe('n1: hello\nworld');
    expect(await text(await streams.logs(target))).toBe('p/c runs on n1\n');
    expect(await text(await streams.document({ cluster: world.cluster, node: 'n1', path: '/healthz' }))).toBe('ok');
    await expect(streams.document({ cluster: world.cluster, node: 'n1', path: '/run' })).rejects.toMatchObject({ reason: 'NotFound' });
    const connection = await streams.dial({ cluster: world.cluster, host: '10.0.0.1', port: 80 });
    connection.end('ping');
    expect(await text(connection)).toBe('ping');
    expect(await directory.locate({ cluster: world.cluster, node: 'n1' })).toMatchObject({ instance: 'g1' });
    await expect(streams.logs({ ...target, node: 'n2' })).rejects.toMatchObject({
      reason: 'ServiceUnavailable',
      message: 'node "n2" is not connected',
    });
    await expect(streams.dial({ cluster: newClusterId(), host: 'x', port: 1 })).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
  });

  it('asks its agents to leave when it drains, and they find another instance', async () => {
    const [one, two] = [await world.serve('g1'), await world.serve('g2')];
    const node = await world.hollow(one.url);
    const { closed } = node.connection!;
    const draining = one.gateway.drain();
    await until('the agent was asked', () => node.heard.some(({ type }) => type === 'reconnect'));
    await draining;
    await closed;
    await until('no session is left', () => one.gateway.sessionCount === 0);
    await expect(
      new HollowNode({ gatewayUrl: one.url, name: 'x', credential: world.identities.credential(world.cluster, 'x') }).start(),
    ).rejects.toMatchObject({ reason: 503 });
    await world.hollow(two.url, { name: 'n2' });
  });

  it('ends a connection that says nothing it may say', async () => {
    const { url } = await world.serve();
    const node = await world.hollow(url);
    const { closed } = node.connection!;
    node.say({ type: 'podStatuses', batch: 1, statuses: [] });
    expect((await closed).code).toBe(1008);
  });
});
