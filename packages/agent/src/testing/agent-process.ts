import { createLogger } from '@kajitori/telemetry';
import { z } from 'zod';
import { runAgent } from '../agent.ts';

const optionsForm = z.object({ gatewayUrl: z.string(), stateDir: z.string(), dockerSocket: z.string(), joinToken: z.string() });
const { gatewayUrl, stateDir, dockerSocket, joinToken } = optionsForm.parse(JSON.parse(process.argv[2] ?? '{}'));
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

await runAgent(
  {
    gatewayUrl: new URL(gatewayUrl),
    trust: { kind: 'system' },
    joinToken: () => Promise.resolve(joinToken),
    onJoined: () => Promise.resolve(),
    nodeName: 'test-node',
    nodeIps: ['127.0.0.1'],
    stateDir,
    dockerSocket,
    dockerNetwork: 'bridge',
    version: '0.0.0-test',
    log: createLogger({ name: 'agent', level: 'info' }),
  },
  stop.signal,
);
