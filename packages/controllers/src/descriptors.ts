import { apiService } from './api-service/api-service.controller.ts';
import { clusterRoleAggregation } from './cluster-role-aggregation/cluster-role-aggregation.controller.ts';
import { claimProtection } from './volume-protection/claim-protection.controller.ts';
import { volumeProtection } from './volume-protection/volume-protection.controller.ts';
import { cronJob } from './cron-job/cron-job.controller.ts';
import { csrApproving } from './certificate-signing-requests/csr-approving.controller.ts';
import { csrCleaner } from './certificate-signing-requests/csr-cleaner.controller.ts';
import { csrSigning } from './certificate-signing-requests/csr-signing.controller.ts';
import { customResourceDefinition } from './custom-resource-definition/custom-resource-definition.controller.ts';
import { deployment } from './deployment/deployment.controller.ts';
import { disruption } from './disruption/disruption.controller.ts';
import { endpointSlice } from './endpoint-slice/endpoint-slice.controller.ts';
import { endpointsController } from './endpoints/endpoints.controller.ts';
import { extensionAuthentication } from './extension-authentication/extension-authentication.controller.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.controller.ts';
import { job } from './job/job.controller.ts';
import { namespace } from './namespace/namespace.controller.ts';
import { nodeLifecycle } from './node-lifecycle/node-lifecycle.controller.ts';
import { podGc } from './pod-gc/pod-gc.controller.ts';
import { replicaSet } from './replica-set/replica-set.controller.ts';
import { replicationController } from './replication-controller/replication-controller.controller.ts';
import { resourceQuota } from './resource-quota/resource-quota.controller.ts';
import { rootCa } from './root-ca/root-ca.controller.ts';
import type { ControllerDescriptor } from './runtime/controller.ts';
import { scheduler } from './scheduler/scheduler.controller.ts';
import { defaultServiceAccount } from './service-account/default-service-account.controller.ts';
import { serviceAccountToken } from './service-account-token/service-account-token.controller.ts';
import { ttlAfterFinished } from './ttl-after-finished/ttl-after-finished.controller.ts';
import { validatingAdmissionPolicy } from './validating-admission-policy/validating-admission-policy.controller.ts';

/** Every controller of a cluster: a new one is one folder and one line here. */
export const descriptors: readonly ControllerDescriptor[] = [
  namespace,
  apiService,
  extensionAuthentication,
  customResourceDefinition,
  defaultServiceAccount,
  serviceAccountToken,
  rootCa,
  deployment,
  replicaSet,
  replicationController,
  job,
  cronJob,
  ttlAfterFinished,
  scheduler,
  endpointSlice,
  endpointsController,
  nodeLifecycle,
  podGc,
  resourceQuota,
  disruption,
  claimProtection,
  volumeProtection,
  garbageCollector,
  clusterRoleAggregation,
  csrApproving,
  csrSigning,
  csrCleaner,
  validatingAdmissionPolicy,
];
