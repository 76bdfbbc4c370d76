import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What every server process is told: see docs/configuration.md. Apps add what is theirs with `extend`. */
export const serverConfigForm = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Streams between processes may have a Redis of their own. */
  STREAMS_REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  MASTER_KEY_FILE: z.string().min(1),
  PUBLIC_URL: z.url({ protocol: /^https$/ }),
  GATEWAY_URL: z.url({ protocol: /^wss$/ }),
  LISTEN_HOST: z.string().default('0.0.0.0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** @throws Error that names every variable that is missing or wrong, for the log's last line. */
export function readConfig<F extends z.ZodType>(form: F, environment: Readonly<Record<string, string | undefined>>): z.infer<F> {
  const parsed = form.safeParse(environment);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new Error(`the environment does not configure this process: ${wrong}`);
}

export const masterKeyBytes = 32;

/** The key that wraps all others. @throws Error when the file is not exactly 32 bytes: a cut file must not make a weaker key. */
export function readMasterKey(file: string): Uint8Array {
  const key = new Uint8Array(readFileSync(file));
  if (key.length !== masterKeyBytes) throw new Error(`${file} holds ${key.length} bytes; a master key has ${masterKeyBytes}`);
  return key;
}
