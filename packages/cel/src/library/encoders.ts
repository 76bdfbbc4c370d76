/** Base64, and the escapes of JSON pointers. */
import { EvaluationError } from '../errors.ts';
import { declareFunction, type Library, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';

const { bytes, string } = types;

/** Padding may be left out. */
function decode(text: string): Uint8Array {
  const bare = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) throw new EvaluationError('illegal base64 data');
  return Buffer.from(bare, 'base64');
}

export const encoderLibrary: Library = {
  name: 'encoders',
  functions: [
    declareFunction('base64.decode', overload('base64_decode_string', [string], bytes, decode)),
    declareFunction(
      'base64.encode',
      overload('base64_encode_bytes', [bytes], string, (value: Uint8Array) => Buffer.from(value).toString('base64')),
    ),
  ],
};

/** For expressions that give JSON patches. */
export const jsonPatchLibrary: Library = {
  name: 'json patch',
  functions: [
    declareFunction(
      'jsonpatch.escapeKey',
      overload('string_escapeKey', [string], string, (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
    ),
  ],
};
