/** The first record of a TLS connection (RFC 8446, 5.1 and 4.1.2), as far as the server name in it (RFC 6066, 3). */
const handshakeRecord = 22;
const clientHello = 1;
const serverNameExtension = 0;
const hostName = 0;
/** No client's first record is longer. */
const firstRecordBytesMax = 16 * 1024 + 5;

/**
 * The name by which a client dials, from the first bytes of its connection. `more`: they are not enough to tell. Undefined: it says none, or this
 * is no TLS.
 */
export function serverNameOf(bytes: Uint8Array): { name: string | undefined } | 'more' {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length > 0 && view[0] !== handshakeRecord) return { name: undefined };
  if (view.length < 5) return 'more';
  const end = 5 + view.readUInt16BE(3);
  if (view.length < end && view.length < firstRecordBytesMax) return 'more';
  try {
    return { name: nameIn(view.subarray(5, end)) };
  } catch (error) {
    // It ends in the midst of something: the handshake will say so to the client.
    if (error instanceof RangeError) return { name: undefined };
    throw error;
  }
}

/** @throws RangeError when the message is shorter than it says. */
function nameIn(hello: Buffer): string | undefined {
  if (hello.readUInt8(0) !== clientHello) return undefined;
  // Type and length, version, random; then session id, cipher suites and compression methods, each behind its length.
  let at = 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  for (at += 2; at < end;) {
    const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)];
    if (type === serverNameExtension) return firstHostName(hello.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}

function firstHostName(list: Buffer): string | undefined {
  const length = list.readUInt16BE(3);
  return list.readUInt8(2) === hostName && list.length >= 5 + length ? list.toString('latin1', 5, 5 + length) : undefined;
}
