import { image } from './manifests.ts';

/** A pod that hands every connection on to a port of the machine that the test runs on, and a Service before it: what the test serves, served by a pod. */
export function relay(
  namespace: string,
  name: string,
  { port, hostPort, servicePort }: { port: number; hostPort: number; servicePort: number },
): string {
  const command = ['sh', '-c', `exec nc -ll -p ${port} -e nc $(ip route | awk '/^default/ { print $3 }') ${hostPort}`];
  const labels = { app: name };
  const metadata = { name, namespace, labels };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'relay', image, command, ports: [{ containerPort: port }] }] },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { selector: labels, ports: [{ name: 'main', port: servicePort, targetPort: port }] },
      },
    ],
  });
}
