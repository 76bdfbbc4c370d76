/** The path of a proxy and what follows it, both as they were encoded. Undefined for any other path. */
export function proxyPath(path: string): { prefix: string; tail: string } | undefined {
  const match = /^(\/api\/v1\/(?:namespaces\/[^/]+\/)?(?:pods|services|nodes)\/[^/]+\/proxy)(\/.*)?$/.exec(path);
  return match === null ? undefined : { prefix: match[1] ?? '', tail: match[2] ?? '' };
}
