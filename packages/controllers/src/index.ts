export { descriptors } from './descriptors.ts';
export { clusterOccurrences } from './runtime/cluster-occurrences.ts';
export { ControlledCluster, type ControlledClusterOptions } from './runtime/controlled-cluster.ts';
export type { Controller, ControllerContext, ControllerDescriptor, ObjectName, Run, Watch } from './runtime/controller.ts';
