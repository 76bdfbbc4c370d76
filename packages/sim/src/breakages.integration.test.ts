import { pods } from '@kajitori/kinds';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayWorld, grounds, podNamed, until } from './testing/gateway-world.ts';

describe.each(grounds)('gateways over %s', (_name, open) => {
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

  it.each([1, 2, 3])('come to what is wanted whatever breaks meanwhile, by seed %i', async (seedNumber) => {
    let seed = seedNumber * 7_919;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      return Math.floor((seed / 0x8000_0000) * below);
    };
    const gateways = [await world.serve('g1'), await world.serve('g2')];
    const gatewayUrl = (): string => gateways[random(gateways.length)]!.url;
    const names = ['n1', 'n2', 'n3'];
    const fleet = await Promise.all(
      names.map((name) => world.hollow('', { name, gatewayUrl, credential: world.identities.credential(world.cluster, name) })),
    );
    const wanted = new Set<string>();
    let made = 0;
    const steps: (() => Promise<unknown>)[] = [
      ...Array.from({ length: 4 }, () => async () => {
        const name = `p${(made += 1)}`;
        await world.client.resource(pods).create(podNamed(name, {}, names[random(names.length)]));
        wanted.add(name);
      }),
      async () => {
        const name = [...wanted][random(wanted.size)];
        if (name === undefined) return;
        await world.client.resource(pods).delete('default', name, { gracePeriodSeconds: 1 });
        wanted.delete(name);
      },
      async () => fleet[random(fleet.length)]!.connection?.terminate(),
      async () => fleet[random(fleet.length)]!.reconnect().catch(() => undefined),
      async () => {
        const index = random(gateways.length);
        const old = gateways[index]!;
        gateways[index] = await world.serve(`g${made}-${index}`);
        await old.gateway[Symbol.asyncDispose]();
      },
    ];
    for (let step = 0; step < 80; step += 1) {
      await steps[random(steps.length)]!();
      await new Promise((resolve) => setTimeout(resolve, random(15)));
    }
    const state = async (): Promise<string[]> =>
      (await world.client.resource(pods).list('default')).items
        .map(({ metadata, status }) => `${metadata.name} ${status?.phase}`)
        .toSorted();
    const expected = [...wanted].map((name) => `${name} Running`).toSorted();
    await until('all pods are as they should be', async () => JSON.stringify(await state()) === JSON.stringify(expected), 20_000);
    expect(await state()).toEqual(expected);
    const held = (): string =>
      fleet
        .flatMap(({ objects }) => Array.from(objects.keys()))
        .toSorted()
        .join(' ');
    const right = [...wanted]
      .map((name) => `Pod/default/${name}`)
      .toSorted()
      .join(' ');
    await until('the nodes have forgotten what is gone', () => held() === right);
    expect(held()).toBe(right);
  });
});
