import { type NodeUsage, usagePath } from '@kajitori/agent-protocol';
import { StatusError } from '@kajitori/apimachinery';
import { resourceMetrics, statsSummary } from './kubelet-documents.ts';

export interface NodeDocumentsOptions {
  nodeName: string;
  usage: () => Promise<NodeUsage>;
  /** The pods of this node, with their statuses. */
  pods: () => object[];
  /** What this agent goes by, in the words of a KubeletConfiguration. */
  configuration: () => object;
}

/** The documents that a node serves, by path: a kubelet's read-only ones. Makes one. @throws StatusError NotFound for any other. */
export async function nodeDocument({ nodeName, usage, pods, configuration }: NodeDocumentsOptions, path: string): Promise<string> {
  switch (path.split('?', 1)[0]) {
    case usagePath:
      return JSON.stringify(await usage());
    case '/healthz':
    case '/healthz/ping':
    case '/healthz/syncloop':
      return 'ok';
    case '/pods':
    case '/pods/':
      return JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods() });
    case '/stats/summary':
      return JSON.stringify(statsSummary(nodeName, await usage()));
    case '/metrics/resource':
      return resourceMetrics(await usage());
    case '/configz':
      return JSON.stringify({
        kubeletconfig: { kind: 'KubeletConfiguration', apiVersion: 'kubelet.config.k8s.io/v1beta1', ...configuration() },
      });
    default:
      throw new StatusError('NotFound', `node "${nodeName}" serves no ${path}`);
  }
}
