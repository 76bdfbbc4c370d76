import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { ObservedContainer } from '../model/observed-pod.ts';
import { containersOf } from '../model/node-pod.ts';
import type { StreamedContainer, StreamedPod } from '../streams/pod-streams.ts';
import type { PodWorkers } from './pod-workers.ts';

/** What streams may reach of a pod now. */
export async function streamedPod(uid: string, workers: PodWorkers, runtime: ContainerRuntime): Promise<StreamedPod | undefined> {
  const worker = workers.worker(uid);
  if (worker === undefined) return undefined;
  const { pod, status } = worker;
  const { containers, sandboxes } = await runtime.observe(uid);
  const waiting = new Map(
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((one) => [one.name, one.state?.waiting?.reason]),
  );
  return {
    // What a pod on its node's network binds to one address of the node is not on the loopback.
    ips: pod.spec.hostNetwork === true ? ['127.0.0.1', ...known(status?.podIP)] : known(status?.podIP),
    networkProcessId: async () => {
      const sandbox = sandboxes.find(({ state }) => state === 'running');
      return sandbox === undefined || pod.spec.hostNetwork === true ? undefined : runtime.processId(sandbox.id);
    },
    container: (name) => {
      if (!containersOf(pod).some(({ container }) => container.name === name)) return undefined;
      return streamedContainer(
        containers.filter((one) => one.name === name),
        waiting.get(name),
      );
    },
  };
}

function known(address: string | undefined): string[] {
  return address === undefined ? [] : [address];
}

function streamedContainer(attempts: readonly ObservedContainer[], waitingReason: string | undefined): StreamedContainer {
  const ran = attempts.filter(({ state }) => state !== 'created').sort((a, b) => b.attempt - a.attempt);
  const running = ran.find(({ state }) => state === 'running');
  const [latest] = ran;
  // While a container waits for its next life, the last one is both its log and its previous log, as with a kubelet.
  const previous = latest?.state === 'running' ? ran[1] : waitingReason === undefined ? ran[1] : latest;
  return {
    ...(running === undefined ? {} : { running: { id: running.id } }),
    ...(latest === undefined ? {} : { latestId: latest.id }),
    ...(previous === undefined ? {} : { previousId: previous.id }),
    ...(waitingReason === undefined ? {} : { waitingReason }),
  };
}
