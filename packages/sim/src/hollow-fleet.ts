import { HollowNode, type HollowNodeOptions } from './hollow-node.ts';

const maxConcurrentStarts = 32;

/** Starts `count` hollow nodes named `PREFIX-0` and so on, a few at a time. They live until disposed. */
export async function startHollowFleet({
  count,
  prefix,
  ...common
}: Omit<HollowNodeOptions, 'name'> & { count: number; prefix: string }): Promise<HollowNode[] & AsyncDisposable> {
  const nodes = Array.from({ length: count }, (_, index) => {
    const podIpPrefix = `10.${(index >> 8) & 0xff}.${index & 0xff}`;
    return new HollowNode({ ...common, name: `${prefix}-${index}`, hostIp: `192.0.${(index >> 8) & 0xff}.${index & 0xff}`, podIpPrefix });
  });
  const waiting = nodes.values();
  await Promise.all(
    Array.from({ length: Math.min(maxConcurrentStarts, count) }, async () => {
      for (const node of waiting) await node.start();
    }),
  );
  return Object.assign(nodes, {
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    },
  });
}
