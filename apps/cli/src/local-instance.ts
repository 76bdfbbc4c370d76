import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** An instance that `npm start` runs in this checkout, or in one above. */
export interface LocalInstance {
  directory: string;
  server: string;
  certificateAuthority: string;
  apiKey: string;
}

export async function findLocalInstance(from: string): Promise<LocalInstance | undefined> {
  for (let at = from; ; at = dirname(at)) {
    const directory = join(at, '.kajitori');
    const files = await Promise.all(
      ['address', 'ca.crt', 'api-key'].map((name) => readFile(join(directory, name), 'utf8').catch(() => undefined)),
    );
    const [server, certificateAuthority, apiKey] = files;
    if (server !== undefined && certificateAuthority !== undefined && apiKey !== undefined) {
      return { directory, server: server.trim(), certificateAuthority, apiKey: apiKey.trim() };
    }
    if (dirname(at) === at) return undefined;
  }
}
