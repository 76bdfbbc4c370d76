export * from './horizontal-pod-autoscaler/cross-version-object-reference.ts';
export * from './horizontal-pod-autoscaler/horizontal-pod-autoscaler-v1.ts';
export * from './horizontal-pod-autoscaler/horizontal-pod-autoscaler.ts';
export * from './horizontal-pod-autoscaler/horizontal-pod-autoscalers-v1.ts';
export * from './horizontal-pod-autoscaler/horizontal-pod-autoscalers.ts';
export * from './horizontal-pod-autoscaler/metrics.ts';
export * from './scale.ts';
