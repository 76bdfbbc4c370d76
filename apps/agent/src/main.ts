import { readFile, rm } from 'node:fs/promises';
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

async function readJoinToken(file: string | undefined): Promise<string | undefined> {
  try {
    return file === undefined ? undefined : (await readFile(file, 'utf8')).trim();
  } catch (error) {
    // Thrown away when the node joined; one that was never there shows in the refusal that follows.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

try {
  await runAgent(
    {
      gatewayUrl: new URL(config.GATEWAY_URL),
      trust: await trust(),
      joinToken: () => readJoinToken(config.JOIN_TOKEN_FILE),
      // The token has done its part; what is left of it could only be stolen.
      onJoined: async () => (config.JOIN_TOKEN_FILE === undefined ? undefined : rm(config.JOIN_TOKEN_FILE, { force: true })),
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
