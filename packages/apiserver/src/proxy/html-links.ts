/**
 * Rewrites the links of an HTML page while it passes. It reads tags alone: text, scripts, styles and comments go through as they are, byte for byte,
 * and so does whatever looks like no tag. A tag that does not end within `tagBytesMax` is passed on unread.
 */
import { Transform } from 'node:stream';

const tagBytesMax = 64 * 1024;

/** Which attributes of which elements are links. */
const linkAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['formaction', 'src', 'usemap'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};
/** Their content is no markup, until their own end tag. */
const rawElements = new Set(['script', 'style', 'textarea', 'title', 'xmp']);

const lessThan = '<';
const whitespace = new Set([' ', '\t', '\n', '\f', '\r']);

/** Bytes are read as Latin-1, one character each: markup is ASCII in every encoding that pages use, and the rest comes out unchanged. */
export function htmlLinkRewriter(rewrite: (link: string) => string): Transform {
  const page = new PageRewriter(rewrite);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(page.push(chunk.toString('latin1')), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(page.end(), 'latin1'));
    },
  });
}

class PageRewriter {
  readonly #rewrite: (link: string) => string;
  #pending = '';
  /** Set within an element whose content is no markup: what ends it. */
  #rawEnd: string | undefined;

  constructor(rewrite: (link: string) => string) {
    this.#rewrite = rewrite;
  }

  push(text: string): string {
    this.#pending += text;
    let out = '';
    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) out += piece;
    if (this.#pending.length > tagBytesMax) out += this.end();
    return out;
  }

  end(): string {
    const rest = this.#pending;
    this.#pending = '';
    return rest;
  }

  /** The next piece that is complete, as it goes out. */
  #next(): string | undefined {
    if (this.#pending === '') return undefined;
    if (this.#rawEnd !== undefined) return this.#untilRawEnd(this.#rawEnd);
    const start = this.#pending.indexOf(lessThan);
    if (start !== 0) return this.#take(start < 0 ? this.#pending.length : start);
    if (this.#pending.length < 4 && '<!--'.startsWith(this.#pending)) return undefined;
    if (this.#pending.startsWith('<!--')) {
      const end = this.#pending.indexOf('-->', 4);
      return end < 0 ? undefined : this.#take(end + 3);
    }
    if (!/^<[a-zA-Z]/.test(this.#pending)) return this.#take(1);
    const end = tagEnd(this.#pending);
    return end === undefined ? undefined : this.#tag(this.#take(end + 1));
  }

  #take(length: number): string {
    const piece = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    return piece;
  }

  #untilRawEnd(end: string): string | undefined {
    const at = this.#pending.toLowerCase().indexOf(end);
    if (at >= 0) {
      this.#rawEnd = undefined;
      return this.#take(at + end.length);
    }
    const safe = this.#pending.length - end.length + 1;
    return safe > 0 ? this.#take(safe) : undefined;
  }

  #tag(tag: string): string {
    const name = (/^<([a-zA-Z][^\s/>]*)/.exec(tag)?.[1] ?? '').toLowerCase();
    if (rawElements.has(name) && !tag.endsWith('/>')) this.#rawEnd = `</${name}`;
    const links = linkAttributes[name];
    return links === undefined ? tag : rewriteAttributes(tag, name.length + 1, links, this.#rewrite);
  }
}

/** Where a tag ends: the first `>` outside quotes. */
function tagEnd(text: string): number | undefined {
  let quote = '';
  let afterEquals = false;
  for (let at = 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return at;
    else if (afterEquals && (character === '"' || character === "'")) quote = character;
    if (character === '=') afterEquals = true;
    else if (!whitespace.has(character)) afterEquals = false;
  }
  return undefined;
}

const attribute = /([^\s=>"'/]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s>"']+)/g;

function rewriteAttributes(tag: string, from: number, links: readonly string[], rewrite: (link: string) => string): string {
  const attributes = tag.slice(from).replace(attribute, (whole: string, name: string, equals: string, value: string) => {
    if (!links.includes(name.toLowerCase())) return whole;
    const quote = value.startsWith('"') || value.startsWith("'") ? value.slice(0, 1) : '';
    return `${name}${equals}${quote}${rewrite(quote === '' ? value : value.slice(1, -1))}${quote}`;
  });
  return tag.slice(0, from) + attributes;
}
