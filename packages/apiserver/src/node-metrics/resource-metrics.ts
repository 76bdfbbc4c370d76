/** `metrics.k8s.io`: what nodes and pods use, made when asked for. Selectors choose what is measured before any node is asked. */
import { type Clock, type KubeObject, notFound } from '@kajitori/apimachinery';
import { type Kind, nodeMetrics, nodes, podMetrics, pods } from '@kajitori/kinds';
import { type Call, groupResourceOf } from '../call.ts';
import type { ComputedKind } from '../operations/computed-kind.ts';
import type { ListParameters } from '../registry/list-query.ts';
import { readOne, readPage } from '../registry/read.ts';
import { nodeMetricsOf, podMetricsOf } from './measured-objects.ts';
import type { NodeUsageSource } from './node-usage-source.ts';

type Measure = (call: Call, objects: readonly KubeObject[]) => Promise<KubeObject[]>;

/** The kinds of `metrics.k8s.io`, as the API's pipeline reads them. */
export function resourceMetrics(usage: NodeUsageSource, clock: Clock): ReadonlyMap<Kind, ComputedKind> {
  const ofNodes: Measure = async ({ cluster }, objects) => {
    const found = await usage.ofNodes(cluster, objects.map(nameOf));
    return objects.flatMap((node) => {
      const measured = found.get(nameOf(node));
      return measured === undefined ? [] : [nodeMetricsOf(node, measured, clock.now())];
    });
  };
  const ofPods: Measure = async ({ cluster }, objects) => {
    const running = objects.filter((pod) => phaseOf(pod) === 'Running');
    const found = await usage.ofNodes(cluster, running.map(nodeOf));
    return running.flatMap((pod) => {
      const measured = found.get(nodeOf(pod));
      const metrics = measured === undefined ? undefined : podMetricsOf(pod, measured, clock.now());
      return metrics === undefined ? [] : [metrics];
    });
  };
  return new Map<Kind, ComputedKind>([
    [nodeMetrics, measuredKind(nodes, ofNodes)],
    [podMetrics, measuredKind(pods, ofPods)],
  ]);
}

/** What is measured of the objects of a stored kind, under their names. */
function measuredKind(of: Kind, measure: Measure): ComputedKind {
  const stored = (call: Call): Call => ({ ...call, kind: of });
  return {
    async get(call) {
      const [metrics] = await measure(call, [(await readOne(stored(call))).object]);
      if (metrics === undefined) {
        const { group } = groupResourceOf(call.kind);
        throw notFound({ group, resource: call.kind.singular }, call.namespace === '' ? call.name : `${call.namespace}/${call.name}`);
      }
      return metrics;
    },
    async list(call, { labels, fields }: ListParameters) {
      const all = { limit: undefined, continueFrom: undefined, resourceVersion: undefined, resourceVersionMatch: undefined };
      const { items } = await readPage(stored(call), { ...all, labels, fields });
      return measure(
        call,
        items.map(({ object }) => object),
      );
    },
  };
}

const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? '';

function nodeOf(pod: KubeObject): string {
  return (pod as { spec?: { nodeName?: string } }).spec?.nodeName ?? '';
}

function phaseOf(pod: KubeObject): string | undefined {
  return (pod as { status?: { phase?: string } }).status?.phase;
}
