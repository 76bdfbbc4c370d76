import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { bodyBytesMax, readBody } from './http-request.ts';

it('collects what comes in pieces', async () => {
  expect(Buffer.from(await readBody(Readable.from([Buffer.from('a'), Buffer.from('bc')]), undefined)).toString()).toBe('abc');
  expect(Buffer.from(await readBody(Readable.from([]), '0')).toString()).toBe('');
});

it('refuses what is too long: by what is said of it, and by what comes', async () => {
  await expect(readBody(new PassThrough(), String(bodyBytesMax + 1))).rejects.toMatchObject({ code: 413 });
  const endless = new PassThrough();
  const read = readBody(endless, undefined);
  const written = (async () => {
    for (let bytes = 0; bytes < 3 * bodyBytesMax; bytes += 65_536)
      if (!endless.write(Buffer.alloc(65_536))) await new Promise((resolve) => endless.once('drain', resolve));
    endless.end();
  })();
  await expect(read).rejects.toMatchObject({ code: 413 });
  await written;
});

it('tells of one that does not come to its end, before it is read or while it is', async () => {
  const gone = new PassThrough();
  gone.destroy();
  await expect(readBody(gone, '5')).rejects.toMatchObject({ code: 400, message: expect.stringContaining('was closed') });
  const half = new PassThrough();
  const read = readBody(half, '5');
  half.write('ab');
  half.destroy();
  await expect(read).rejects.toMatchObject({ code: 400 });
});
