import { request } from 'node:http';

/** Removes every container, network and volume that the agent of a node made: `remove-containers.mjs SOCKET NODE`. */
const [socketPath, node] = process.argv.slice(2);
const filters = encodeURIComponent(JSON.stringify({ label: [`kajitori.dev/node=${node}`] }));

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
