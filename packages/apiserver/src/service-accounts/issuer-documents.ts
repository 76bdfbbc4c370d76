import type { ClusterId } from '@kajitori/apimachinery';
import { type HttpAnswer, jsonAnswer } from '../http/http-request.ts';
import type { TokenKeys } from './token-keys.ts';

const keysPath = '/openid/v1/jwks';
const configurationPath = '/.well-known/openid-configuration';
/** As Kubernetes' own. Whoever meets a key that is new to them asks again. */
const cacheControl = 'public, max-age=3600';

export const issuerPaths: readonly string[] = [configurationPath, keysPath];

/** How others check the cluster's tokens: OpenID Connect Discovery 1.0, as far as Kubernetes serves it. Undefined for other paths. */
export async function issuerDocument(keys: TokenKeys, cluster: ClusterId, path: string): Promise<HttpAnswer | undefined> {
  if (path !== keysPath && path !== configurationPath) return undefined;
  const issuer = await keys.issuer(cluster);
  if (issuer === undefined) return undefined;
  if (path === keysPath) {
    return jsonAnswer({ keys: await keys.publicKeys(cluster) }, 200, {
      'content-type': 'application/jwk-set+json',
      'cache-control': cacheControl,
    });
  }
  const configuration = {
    issuer,
    jwks_uri: `${issuer}${keysPath}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
  return jsonAnswer(configuration, 200, { 'cache-control': cacheControl });
}
