import { StatusError } from '@kajitori/apimachinery';

/** A media type with its parameters, as an Accept or Content-Type header carries it. */
export interface MediaType {
  /** `application/json`, lower case; may hold `*`. */
  type: string;
  parameters: Readonly<Record<string, string>>;
  /** Preference, 0 to 1. */
  quality: number;
}

const headerMax = 4096;

export function parseMediaTypes(header: string): MediaType[] {
  if (header.length > headerMax) throw new StatusError('NotAcceptable', `the Accept header is longer than ${headerMax} characters`);
  return header
    .split(',')
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((one) => one.trim());
      const parameters: Record<string, string> = {};
      for (const parameter of rest) {
        const equals = parameter.indexOf('=');
        if (equals > 0)
          parameters[parameter.slice(0, equals).trim().toLowerCase()] = parameter
            .slice(equals + 1)
            .trim()
            .replaceAll('"', '');
      }
      const quality = parameters['q'] === undefined ? 1 : Number(parameters['q']);
      return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
    })
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/** How an answer is written. */
export interface Representation {
  encoding: 'json' | 'yaml' | 'protobuf';
  /** What the object is turned into first. */
  as: 'object' | 'table' | 'partial';
  contentType: string;
}

export const protobufType = 'application/vnd.kubernetes.protobuf';
const encodings: Record<string, Representation['encoding']> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  [protobufType]: 'protobuf',
  '*/*': 'json',
  'application/*': 'json',
};
const views: Record<string, Representation['as']> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial',
};

/**
 * The first acceptable representation. `protobuf` tells whether the object can be written so (built-in kinds can; metadata alone always can).
 * @throws StatusError NotAcceptable when none is.
 */
export function negotiate(accept: string | undefined, options: { protobuf: boolean; views: boolean }): Representation {
  for (const { type, parameters } of parseMediaTypes(accept === undefined || accept === '' ? 'application/json' : accept)) {
    const encoding = encodings[type];
    if (encoding === undefined) continue;
    const asked = parameters['as'];
    if (asked === undefined || asked === '') {
      if (encoding === 'protobuf' && !options.protobuf) continue;
      return { encoding, as: 'object', contentType: contentTypes[encoding] };
    }
    const as = views[asked];
    if (
      !options.views ||
      as === undefined ||
      parameters['g'] !== 'meta.k8s.io' ||
      (parameters['v'] !== 'v1' && parameters['v'] !== 'v1beta1')
    )
      continue;
    // Tables are read by kubectl, which asks for JSON.
    if (encoding !== 'json' && as === 'table') continue;
    return { encoding, as, contentType: contentTypes[encoding] };
  }
  throw new StatusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

const contentTypes: Record<Representation['encoding'], string> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: protobufType,
};
