import { performance } from 'node:perf_hooks';

/** Above this share of its time at work, whoever comes next has to wait for somebody else. */
const busyShare = 0.8;
const sampleMilliseconds = 50;

/** Whether this process's event loop has been at work most of the last moment. Measured when somebody asks, at most every 50 ms. */
export function eventLoopLoad(): () => boolean {
  let last = performance.eventLoopUtilization();
  let sampledAt = performance.now();
  let busy = false;
  return () => {
    const now = performance.now();
    if (now - sampledAt >= sampleMilliseconds) {
      const current = performance.eventLoopUtilization();
      busy = performance.eventLoopUtilization(current, last).utilization > busyShare;
      last = current;
      sampledAt = now;
    }
    return busy;
  };
}
