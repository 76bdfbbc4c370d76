import type { WebSocket } from 'ws';

/** How often a peer is asked whether it lives, and for how long it may be silent. */
export const pingIntervalMilliseconds = 30_000;
export const silenceLimitMilliseconds = 90_000;

/** Cuts a WebSocket whose other side has been silent for too long; ends with the socket. */
export function keepAlive(socket: WebSocket): void {
  let heardAt = performance.now();
  const heard = (): void => {
    heardAt = performance.now();
  };
  socket.on('pong', heard).on('message', heard).on('ping', heard);
  const timer = setInterval(() => {
    if (socket.isPaused) heard();
    if (performance.now() - heardAt > silenceLimitMilliseconds) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.ping();
  }, pingIntervalMilliseconds);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
}
