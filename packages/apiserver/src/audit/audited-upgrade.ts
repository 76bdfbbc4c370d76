import type { Duplex } from 'node:stream';
import type { RequestAudit } from './auditor.ts';

const statusLine = /^HTTP\/1\.1 (\d{3}) /;

/**
 * Audits a request that leaves HTTP, whoever answers it: the first bytes that go out on its socket say what became of it. A stream that began
 * is complete when its connection ends.
 */
export function auditUpgrade(audit: RequestAudit, socket: Duplex): void {
  const write = socket.write.bind(socket);
  const end = socket.end.bind(socket);
  // Nothing was said: the connection was lost before.
  let status = 499;
  const ended = (): void => {
    socket.off('close', ended);
    audit.complete({ status });
  };
  const look = (chunk: unknown): void => {
    Object.assign(socket, { write, end });
    const head =
      typeof chunk === 'string' ? chunk.slice(0, 16) : chunk instanceof Uint8Array ? Buffer.from(chunk.subarray(0, 16)).toString() : '';
    status = Number(statusLine.exec(head)?.[1] ?? status);
    if (status < 400) audit.started(status);
    else ended();
  };
  const looking =
    (pass: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      look(args[0]);
      return pass(...args);
    };
  Object.assign(socket, { write: looking(write as (...args: unknown[]) => unknown), end: looking(end as (...args: unknown[]) => unknown) });
  socket.once('close', ended);
}
