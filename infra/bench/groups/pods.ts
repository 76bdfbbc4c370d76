import { waitFor } from '@kajitori/testing';
import { startBenchInstance } from '../bench-instance.ts';
import type { BenchInstance } from '../bench-instance.ts';
import { containerApi } from '../bare/container-api.ts';
import { LoadClient } from '../load.ts';
import { percentile } from '../measurement.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';
import { WatchStream } from '../watch-stream.ts';
import type { WatchedEvent } from '../watch-stream.ts';
import { instanceKibibytes } from '../../local/memory.ts';

const rounds = 20;
const agentPods = 20;
const startLimitMilliseconds = 60_000;
const image = 'kajitori-examples/web:1.0';
const pods = '/api/v1/namespaces/default/pods';

export const podsGroup: BenchGroup = {
  name: 'pods',
  description: 'from POST of a one-container Pod to Running seen by a watch, against Docker alone; memory of the agent',
  run,
};

async function run(context: BenchContext): Promise<void> {
  await using bench = await startBenchInstance();
  using client = new LoadClient(bench.kubernetes, 2);
  const empty = await instanceKibibytes(bench.instance, ['agent-1']);
  context.report({ name: 'agent.0.pss', value: empty / 1024, unit: 'MiB', goal: 90, better: 'lower' });
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    context.signal.throwIfAborted();
    bare.push(await bareStart(round));
    ours.push(await podStart(bench, client, `timed-${round}`));
    await client.send({ method: 'DELETE', path: `${pods}/timed-${round}?gracePeriodSeconds=0` });
  }
  context.log(`p99 ${percentile(ours, 0.99).toFixed(0)} ms, Docker alone ${percentile(bare, 0.99).toFixed(0)} ms`);
  const [value, floor] = [percentile(ours, 0.5), percentile(bare, 0.5)];
  context.report({ name: 'pod.start.p50', value, unit: 'ms', floor, goal: 1.5, better: 'lower' });
  for (let number = 0; number < agentPods; number += 1) await podStart(bench, client, `kept-${number}`);
  const full = await instanceKibibytes(bench.instance, ['agent-1']);
  context.report({ name: `agent.${agentPods}.pss`, value: full / 1024, unit: 'MiB', goal: 90, better: 'lower' });
}

async function podStart(bench: BenchInstance, client: LoadClient, name: string): Promise<number> {
  let running = false;
  const seen = (line: string): void => {
    const { object } = JSON.parse(line) as WatchedEvent;
    running ||= (object.status as { phase?: string } | undefined)?.phase === 'Running';
  };
  using _watch = await WatchStream.open(bench.kubernetes, `${pods}?watch=true&fieldSelector=metadata.name%3D${name}`, seen);
  const begin = performance.now();
  const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image, imagePullPolicy: 'IfNotPresent' }] };
  await client.send({ method: 'POST', path: pods, body: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }) });
  await waitFor(() => running, { what: `pod ${name} runs`, timeoutMilliseconds: startLimitMilliseconds, intervalMilliseconds: 1 });
  return performance.now() - begin;
}

/** What Docker alone takes for a sandbox on a bridge and a container that joins it. */
async function bareStart(round: number): Promise<number> {
  await using engine = containerApi(`kajitori-bench-${process.pid}-${round}`);
  const begin = performance.now();
  const sandbox = await engine.create('sandbox', { Image: image, Entrypoint: ['sleep', '1000'] });
  await engine.start(sandbox);
  const container = await engine.create('web', { Image: image, HostConfig: { NetworkMode: `container:${sandbox}` } });
  await engine.start(container);
  return performance.now() - begin;
}
