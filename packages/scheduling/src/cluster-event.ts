/** What happened in a cluster that may let a rejected pod fit. */
export type ClusterEvent =
  | 'NodeAdded'
  | 'NodeAllocatableChanged'
  | 'NodeLabelsChanged'
  | 'NodeTaintsChanged'
  /** Its room, ports and place in spreads are free again. */
  | 'AssignedPodRemoved'
  | 'AssignedPodAdded'
  | 'AssignedPodLabelsChanged';
