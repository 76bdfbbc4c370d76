import { createServer } from 'node:http';
import { silentLogger } from '@kajitori/telemetry';
import { Annex } from './annex.ts';
import { AnnexSide, isAnnex } from './annex-side.ts';

/** A program that starts its annex and says its process id. As the annex it answers requests. */
if (isAnnex()) serve();
else {
  const annex = new Annex({ logger: silentLogger });
  annex.take('loud');
  process.stdout.write(annex.pids.join());
}

/** Every request with the process id; at /press the tenant still presses, /wait lasts, /hold holds the process for ever, /end ends it. */
function serve(): void {
  // As a server process does, which drains first: a signal alone does not end what is held up.
  process.once('SIGTERM', () => process.exit(0));
  const server = createServer((request, response) => {
    if (request.url === '/end') process.exit(1);
    while (request.url === '/hold');
    if (request.url === '/press') side.pressing(String(request.headers['tenant']));
    if (request.url === '/wait') response.write('waits');
    else response.end(String(process.pid));
  });
  const side = new AnnexSide({ onRetired: () => server.closeIdleConnections() });
  side.serve(({ socket }) => {
    server.emit('connection', socket);
    socket.resume();
  });
}
