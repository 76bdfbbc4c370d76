import type { Container, LimitRange, Pod } from '@kajitori/kinds';

const annotation = 'kubernetes.io/limit-ranger';

/** Fills in the requests and limits that containers of a new pod leave open, and notes in an annotation what was filled in. */
export function applyLimitDefaults(limitRanges: readonly LimitRange[], pod: Pod): void {
  const notes = limitRanges.flatMap((limitRange) => [
    ...pod.spec.containers.flatMap((container) => fillIn(limitRange, container, 'container')),
    ...(pod.spec.initContainers ?? []).flatMap((container) => fillIn(limitRange, container, 'init container')),
  ]);
  if (notes.length > 0) {
    pod.metadata.annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${notes.join('; ')}` };
  }
}

function fillIn({ spec }: LimitRange, container: Container, what: string): string[] {
  const items = spec.limits.filter(({ type }) => type === 'Container');
  return (['requests', 'limits'] as const).flatMap((list) => {
    const defaults = Object.assign({}, ...items.map((item) => (list === 'requests' ? item.defaultRequest : item.default))) as Record<
      string,
      string
    >;
    const said = container.resources?.[list] ?? {};
    const missing = Object.keys(defaults).filter((name) => said[name] === undefined);
    if (missing.length === 0) return [];
    const filled = Object.fromEntries(missing.map((name) => [name, defaults[name] ?? '']));
    container.resources = { ...container.resources, [list]: { ...said, ...filled } };
    return [`${missing.sort().join(', ')} ${list.slice(0, -1)} for ${what} ${container.name}`];
  });
}
