import { hostname } from 'node:os';
import { z } from 'zod';
import { environment } from './env.ts';

const form = z.object({
  GATEWAY_URL: z.url({ protocol: /^wss$/ }),
  NODE_NAME: z
    .string()
    .min(1)
    .max(253)
    .default(() => hostname().toLowerCase()),
  STATE_DIR: z.string().min(1).optional(),
  DOCKER_SOCKET: z.string().min(1).default('/var/run/docker.sock'),
  DOCKER_NETWORK: z.string().min(1).default('bridge'),
  JOIN_TOKEN_FILE: z.string().min(1).optional(),
  /** PEM of the authority behind the gateway's certificate; or a pin of its key. Neither: the system's authorities. */
  CA_FILE: z.string().min(1).optional(),
  CA_PIN: z.string().min(1).optional(),
  NODE_IP: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** @throws Error that names every variable that is missing or wrong. */
export function readAgentConfig(): z.infer<typeof form> {
  const parsed = form.safeParse(environment);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new Error(`the environment does not configure this agent: ${wrong}`);
}
