import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openTestInstance } from '@kajitori/testing';
import { expect, it } from 'vitest';
import { image } from './manifests.ts';

const script = fileURLToPath(new URL('./python/first_hour.py', import.meta.url));
/** Debian's own, which has Debian's python3-kubernetes, whatever other Python comes first on the PATH. */
const python = '/usr/bin/python3';

it("serves Debian's Python client: dynamic, watch, exec", async () => {
  await using instance = await openTestInstance();
  const { stdout } = await promisify(execFile)(python, [script, instance.kubeconfigFile, image], { timeout: 120_000 });
  expect(JSON.parse(stdout)).toMatchObject({
    version: expect.stringMatching(/^v1\.36\.\d+\+kajitori/),
    data: { color: 'green', size: 'large' },
    dynamicWatch: ['kube-root-ca.crt', 'settings'],
    missing: [404, 'NotFound'],
    phases: ['Pending', 'Running'],
    exec: ['out\n', 'err\n'],
    session: '42\n',
    exitCode: 4,
    log: 'started\n',
  });
});
