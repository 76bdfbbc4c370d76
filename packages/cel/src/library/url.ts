/** URLs: `url('https://example.com:80/path').getHost()`. */
import { EvaluationError } from '../errors.ts';
import { declareFunction, type FunctionDeclaration, type Library, member, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';
import { EntryMap } from '../values/entry-map.ts';
import { ArrayList, type MapValue, OpaqueValue } from '../values/value.ts';
import { hostnameOf, parseRequestUri, portOf, queryOf, type RequestUri } from './request-uri.ts';

const { bool, string } = types;

export const urlType = types.opaque('kubernetes.URL');

class UrlValue extends OpaqueValue {
  readonly type = urlType;
  readonly text: string;
  readonly uri: RequestUri;

  constructor(text: string, uri: RequestUri) {
    super();
    this.text = text;
    this.uri = uri;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

function urlOf(text: string): UrlValue {
  const uri = parseRequestUri(text);
  if (uri === undefined) {
    throw new EvaluationError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`);
  }
  return new UrlValue(text, uri);
}

function queryMap(uri: RequestUri): MapValue {
  const map = new EntryMap();
  for (const [key, values] of queryOf(uri)) map.insert(key, new ArrayList(values));
  return map;
}

function part(name: string, id: string, read: (uri: RequestUri) => string): FunctionDeclaration {
  return declareFunction(
    name,
    member(id, [urlType], string, ({ uri }: UrlValue) => read(uri)),
  );
}

export const urlLibrary: Library = {
  name: 'url',
  types: [urlType],
  functions: [
    declareFunction('url', overload('string_to_url', [string], urlType, urlOf)),
    declareFunction(
      'isURL',
      overload('is_url_string', [string], bool, (text: string) => parseRequestUri(text) !== undefined),
    ),
    part('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
    part('getHost', 'url_get_host', ({ host }) => host),
    part('getHostname', 'url_get_hostname', hostnameOf),
    part('getPort', 'url_get_port', portOf),
    part('getEscapedPath', 'url_get_escaped_path', ({ escapedPath }) => escapedPath),
    declareFunction(
      'getQuery',
      member('url_get_query', [urlType], types.map(string, types.list(string)), ({ uri }: UrlValue) => queryMap(uri)),
    ),
  ],
};
