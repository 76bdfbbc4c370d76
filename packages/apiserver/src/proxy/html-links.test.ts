import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { htmlLinkRewriter } from './html-links.ts';

async function rewritten(page: string, chunkBytes = page.length): Promise<string> {
  const bytes = Buffer.from(page);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  return text(Readable.from(chunks).pipe(htmlLinkRewriter((link) => (link.startsWith('/') ? `/p${link}` : link))));
}

const page = [
  '<!DOCTYPE html><!-- <a href="/comment"> --><html><head>',
  '<script src="/s.js">if (1 < 2) document.write("<a href=\'/script\'>")</script>',
  '<style>a::after { content: "<a href=/style>" }</style><LINK rel=stylesheet HREF=/style.css>',
  '</head><body background = \'/b.png\'><p title="/title">1 < 2 € <a class="x>y" href="/a?b=c">a</a>',
  '<img src="/i.png" alt="/alt" data-src="/data"/><form action=/send><input formaction="relative"></form>',
  '<video poster="/p.jpg" src="http://elsewhere/v"></video></body></html><a href="/unfinished',
].join('\n');

const expected = page
  .replace('src="/s.js"', 'src="/p/s.js"')
  .replace('HREF=/style.css', 'HREF=/p/style.css')
  .replace("'/b.png'", "'/p/b.png'")
  .replace('href="/a?b=c"', 'href="/p/a?b=c"')
  .replace('src="/i.png"', 'src="/p/i.png"')
  .replace('action=/send', 'action=/p/send')
  .replace('poster="/p.jpg"', 'poster="/p/p.jpg"');

describe('links of a page that passes', () => {
  it.each([page.length * 2, 1, 2, 3, 7, 64])('are rewritten in chunks of %i bytes, and nothing else is', async (chunkBytes) => {
    expect(await rewritten(page, chunkBytes)).toBe(expected);
  });

  it('pass on what never ends', async () => {
    const endless = `<a href="/${'x'.repeat(200_000)}`;
    expect(await rewritten(endless, 10_000)).toBe(endless);
  });
});
