import { readFile } from 'node:fs/promises';
import { defaultStateDir, parsePin, runAgent, type Trust } from '@kajitori/agent';
import { createLogger } from '@kajitori/telemetry';
import { readAgentConfig } from './config.ts';

const config = readAgentConfig();
const log = createLogger({ name: 'agent', level: config.LOG_LEVEL });
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(name));

async function trust(): Promise<Trust> {
  if (config.CA_FILE !== undefined) return { kind: 'authority', pem: await readFile(config.CA_FILE, 'utf8') };
  if (config.CA_PIN === undefined) return { kind: 'system' };
  const spkiSha256 = parsePin(config.CA_PIN);
  if (spkiSha256 === undefined) throw new Error('CA_PIN is no pin: sha256//BASE64 or sha256:HEX');
  return { kind: 'pin', spkiSha256 };
}

try {
  await runAgent(
    {
      gatewayUrl: new URL(config.GATEWAY_URL),
      trust: await trust(),
      joinToken: async () => (config.JOIN_TOKEN_FILE === undefined ? undefined : (await readFile(config.JOIN_TOKEN_FILE, 'utf8')).trim()),
      nodeName: config.NODE_NAME,
      nodeIps: config.NODE_IP === undefined ? [] : [config.NODE_IP],
      stateDir: config.STATE_DIR ?? defaultStateDir(config.NODE_NAME),
      dockerSocket: config.DOCKER_SOCKET,
      dockerNetwork: config.DOCKER_NETWORK,
      version: '0.1.0',
      log,
    },
    stop.signal,
  );
  log.info({}, 'stopped');
  process.exit(0);
} catch (error) {
  log.error({ error }, 'the agent ended');
  process.exit(1);
}
