import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority of a test's own, made by `openssl`. */
export interface TestAuthority extends AsyncDisposable {
  /** PEM: what a client is to trust. */
  certificate: string;
  /** A server's certificate and key in PEM for these names, each as `DNS:x` or `IP:1.2.3.4`. */
  issue(...names: string[]): Promise<{ cert: string; key: string }>;
}

export async function testAuthority(): Promise<TestAuthority> {
  const directory = await mkdtemp(join(tmpdir(), 'kajitori-authority-'));
  const at = (name: string): string => join(directory, name);
  await run('openssl', [
    'req',
    '-x509',
    ...elliptic,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  ]);
  let issued = 0;
  return {
    certificate: await readFile(at('ca.crt'), 'utf8'),
    async issue(...names) {
      issued += 1;
      const [key, request, certificate, extensions] = ['key', 'csr', 'crt', 'ext'].map((suffix) => at(`${issued}.${suffix}`)) as [
        string,
        string,
        string,
        string,
      ];
      await writeFile(extensions, `subjectAltName=${names.join(',')}\n`);
      await run('openssl', ['req', ...elliptic, '-keyout', key, '-out', request, '-subj', '/CN=test server']);
      const signing = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-set_serial', String(issued), '-extfile', extensions];
      await run('openssl', ['x509', '-req', '-in', request, ...signing, '-days', '2', '-out', certificate]);
      return { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}
