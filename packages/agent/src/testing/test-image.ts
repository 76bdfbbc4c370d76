import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const testImage = 'kajitori-test/busybox:1';
const applets = [
  'sh',
  'sleep',
  'cat',
  'echo',
  'ls',
  'id',
  'env',
  'hostname',
  'nc',
  'httpd',
  'wget',
  'kill',
  'touch',
  'rm',
  'test',
  'true',
  'false',
  'stty',
  'seq',
  'mkdir',
  'head',
  'printf',
  'mount',
  'ps',
];

/** Makes an image of the machine's static busybox, without any registry. */
export function makeTestImage(socket: string): void {
  const docker = ['-H', `unix://${socket}`];
  const there = execFileSync('docker', [...docker, 'images', '-q', testImage], { encoding: 'utf8' });
  if (there.trim() !== '') return;
  const root = mkdtempSync(join(tmpdir(), 'busybox-'));
  try {
    for (const directory of ['bin', 'tmp', 'etc', 'www']) mkdirSync(join(root, directory));
    copyFileSync(execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim(), join(root, 'bin/busybox'));
    for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet));
    execFileSync('sh', ['-c', `tar -C '${root}' -c . | docker ${docker.join(' ')} import - ${testImage}`]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
