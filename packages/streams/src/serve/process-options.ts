import { badRequest } from '@kajitori/apimachinery';
import type { ProcessOptions } from '../node-streams.ts';
import { maxForwardedPorts } from './websocket-port-forward.ts';

/** Kubernetes reads a boolean of a query as true unless it is absent, `0` or `false`. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/**
 * `PodExecOptions` and `PodAttachOptions` of a query; the container's name stays with the caller, who knows the pod.
 * @throws StatusError BadRequest when no stream is asked for.
 */
export function processOptions(query: URLSearchParams): ProcessOptions {
  const options = {
    stdin: queryFlag(query, 'stdin'),
    stdout: queryFlag(query, 'stdout'),
    stderr: queryFlag(query, 'stderr'),
    tty: queryFlag(query, 'tty'),
  };
  if (!options.stdin && !options.stdout && !options.stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  // With a terminal, stderr comes with stdout.
  return options.tty ? { ...options, stderr: false } : options;
}

/** @throws StatusError BadRequest when there is no command. */
export function execOptions(query: URLSearchParams): ProcessOptions & { command: string[] } {
  const command = query.getAll('command');
  if (command.length === 0) throw badRequest('you must specify a command');
  return { ...processOptions(query), command };
}

/** `ports=80,81` or `ports=80&ports=81`; only clients without SPDY name them here. */
export function portForwardOptions(query: URLSearchParams): { ports: number[] } {
  const ports = query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '')
    .map((text) => {
      const port = Number(text);
      if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
        throw badRequest(`invalid port ${JSON.stringify(text)}: must be 1 to 65535`);
      return port;
    });
  if (ports.length > maxForwardedPorts) throw badRequest(`${ports.length} ports: at most ${maxForwardedPorts} can be forwarded at once`);
  return { ports };
}
