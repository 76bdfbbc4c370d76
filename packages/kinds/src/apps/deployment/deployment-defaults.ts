import { defaultPodSpec } from '../../core/pod/pod-defaults.ts';
import type { Deployment } from './deployment.ts';

/** A rolling update may by default have a quarter of the pods too many and a quarter too few. */
export function defaultDeployment({ spec }: Deployment): void {
  if (spec.strategy?.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate };
  }
  defaultPodSpec(spec.template.spec);
}
