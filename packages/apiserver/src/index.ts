export { ApiServer, type ApiServerOptions } from './api-server.ts';
export type { AuditStore } from './audit/audit-store.ts';
export type { ApiServiceCheck } from './aggregation/check-api-service.ts';
export type { FrontProxy } from './aggregation/front-proxy.ts';
export type { Authenticator } from './authentication/authenticator.ts';
export type { ClusterDial, ServiceTarget } from './cluster-dial/cluster-dial.ts';
export { ClusterFront, type ServingCertificate } from './front/cluster-front.ts';
export type { NodeBindings } from './http/hono-app.ts';
export { overlayObject } from './registry/overlay-object.ts';
