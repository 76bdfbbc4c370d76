import { connect } from 'node:net';
import type { Container, Probe } from '@kajitori/kinds';
import { dialText } from './dial-text.ts';
import { grpcCheck } from './grpc-check.ts';
import { httpCheck } from './http-check.ts';

/** What one probe found. `output` is for the event, in the kubelet's words. */
export type ProbeResult = { outcome: 'success' } | { outcome: 'failure' | 'unknown'; output: string };

/** Runs a command in the container; `exitCode` is undefined when it took too long. Throws when it could not be run at all. */
export type RunInContainer = (
  command: readonly string[],
  timeoutMilliseconds: number,
) => Promise<{ exitCode: number | undefined; output: string }>;

export interface CheckTarget {
  container: Container;
  podIp: string;
  run: RunInContainer;
}

/** One try of a probe. Never rejects. */
export async function check(probe: Probe, target: CheckTarget): Promise<ProbeResult> {
  const timeoutMilliseconds = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec !== undefined) return await execCheck(probe.exec.command ?? [], target.run, timeoutMilliseconds);
    if (probe.httpGet !== undefined)
      return await httpCheck(probe.httpGet, {
        podIp: target.podIp,
        port: portOf(probe.httpGet.port, target.container),
        timeoutMilliseconds,
      });
    if (probe.tcpSocket !== undefined) {
      const { host = target.podIp, port } = probe.tcpSocket;
      return await tcpCheck(host === '' ? target.podIp : host, portOf(port, target.container), timeoutMilliseconds);
    }
    if (probe.grpc !== undefined)
      return await grpcCheck({ host: target.podIp, port: probe.grpc.port, service: probe.grpc.service ?? '', timeoutMilliseconds });
    return { outcome: 'unknown', output: 'missing probe handler' };
  } catch (error) {
    return { outcome: 'unknown', output: error instanceof Error ? error.message : String(error) };
  }
}

/** A number, or the name of one of the container's ports. */
export function portOf(port: number | string, container: Container): number {
  const number = typeof port === 'number' ? port : (container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));
  if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new Error(`invalid port number: ${port}`);
  return number;
}

async function execCheck(command: readonly string[], run: RunInContainer, timeoutMilliseconds: number): Promise<ProbeResult> {
  const { exitCode, output } = await run(command, timeoutMilliseconds);
  if (exitCode === 0) return { outcome: 'success' };
  return {
    outcome: 'failure',
    output: exitCode === undefined ? `command timed out: "${command.join(' ')}" timed out after ${timeoutMilliseconds / 1000}s` : output,
  };
}

function tcpCheck(host: string, port: number, timeoutMilliseconds: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMilliseconds, () => end({ outcome: 'failure', output: `dial tcp ${host}:${port}: i/o timeout` }));
    socket.once('connect', () => end({ outcome: 'success' }));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end({ outcome: 'failure', output: `dial tcp ${host}:${port}: connect: ${dialText(error)}` }),
    );
  });
}
