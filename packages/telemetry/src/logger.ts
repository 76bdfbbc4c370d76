import { pino } from 'pino';

/**
 * Structured lines on stdout: a constant message plus keys (`cluster`, `kind`, `namespace`, `name`).
 * No caller passes a secret; as a second wall, keys that usually hold one are redacted.
 */
export interface Logger {
  debug(keys: object, message: string): void;
  info(keys: object, message: string): void;
  warn(keys: object, message: string): void;
  error(keys: object, message: string): void;
  child(keys: object): Logger;
}

const secretKeys = ['token', 'password', 'secret', 'authorization', 'cookie', 'credential', 'privateKey'];

export function createLogger(options: { name: string; level?: string }): Logger {
  return pino({
    name: options.name,
    level: options.level ?? 'info',
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    serializers: { error: pino.stdSerializers.err },
    mixin: () => ({ app: options.name }),
  });
}

/** For tests and for parts that were given none. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
