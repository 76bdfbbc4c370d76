import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

/**
 * Removes every container, network and volume that an agent made: `remove-containers.mjs SOCKET STATE_DIRECTORY`. They are known by the id that the
 * agent drew when it was new, so that another agent's on the same engine stay, whatever its node is called.
 */
const [socketPath, stateDirectory] = process.argv.slice(2);
const stateFile = join(stateDirectory, 'state.json');
if (!existsSync(stateFile)) process.exit(0);
const { agentId } = JSON.parse(readFileSync(stateFile, 'utf8'));
const filters = encodeURIComponent(JSON.stringify({ label: [`io.kajitori.agent=${agentId}`] }));

for (const { Id } of await call('GET', `/containers/json?all=true&filters=${filters}`)) await remove(`/containers/${Id}?force=true&v=true`);
for (const { Id } of await call('GET', `/networks?filters=${filters}`)) await remove(`/networks/${Id}`);
const { Volumes } = await call('GET', `/volumes?filters=${filters}`);
for (const { Name } of Volumes ?? []) await remove(`/volumes/${Name}?force=true`);

async function remove(path) {
  await call('DELETE', path);
}

function call(method, path) {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode = 0 } = answer;
        // 404: gone in between. 409: being removed already.
        if (statusCode < 300 || (method === 'DELETE' && (statusCode === 404 || statusCode === 409)))
          resolve(text === '' ? undefined : JSON.parse(text));
        else reject(new Error(`${method} ${path} answered ${statusCode}: ${text}`));
      });
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
