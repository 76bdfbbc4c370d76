export { planPod } from './pod-sync/plan-pod.ts';
