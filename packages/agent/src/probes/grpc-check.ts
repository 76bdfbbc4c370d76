import { type IncomingHttpHeaders, connect } from 'node:http2';
import type { ProbeResult } from './check.ts';
import { dialText } from './dial-text.ts';

export interface GrpcTarget {
  host: string;
  port: number;
  service: string;
  timeoutMilliseconds: number;
}

const serving = 1;

/** `grpc.health.v1.Health/Check`, without TLS as Kubernetes does it: the messages are small enough to be written by hand. */
export function grpcCheck({ host, port, service, timeoutMilliseconds }: GrpcTarget): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const session = connect(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
    const end = (result: ProbeResult): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(result);
    };
    const fail = (output: string): void => end({ outcome: 'failure', output });
    const timer = setTimeout(
      () => fail(`timeout: failed to connect service "${host}:${port}" within ${timeoutMilliseconds / 1000}s: context deadline exceeded`),
      timeoutMilliseconds,
    );
    session.once('error', (error) => fail(`error: failed to connect to "${host}:${port}": ${dialText(error)}`));
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.once('error', (error) => fail(`rpc error: ${error.message}`));
    let trailers: IncomingHttpHeaders = {};
    call.once('response', (headers) => (trailers = headers));
    call.once('trailers', (headers) => (trailers = headers));
    call.once('end', () => {
      const status = Number(trailers['grpc-status'] ?? 2);
      if (status === 12)
        return fail(
          `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${[trailers['grpc-message'] ?? ''].flat().join(' ')}`,
        );
      if (status !== 0) return fail(`rpc error: code ${status}: ${[trailers['grpc-message'] ?? ''].flat().join(' ')}`);
      const answer = servingStatus(Buffer.concat(chunks));
      if (answer === serving) end({ outcome: 'success' });
      else fail(`service unhealthy (responded with "${['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'][answer] ?? answer}")`);
    });
    call.end(healthRequest(service));
  });
}

/** One gRPC message: not compressed, its length, and field 1 of HealthCheckRequest. */
function healthRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8').subarray(0, 127);
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Field 1 of HealthCheckResponse; absent means UNKNOWN. */
function servingStatus(answer: Buffer): number {
  const message = answer.subarray(5);
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}
