import { Metrics } from '@kajitori/telemetry';

/** What a gateway counts. No label names a tenant, cluster or node. */
export class GatewayMetrics {
  readonly sessions;
  readonly tails;
  readonly sessionsEnded;
  readonly reports;
  readonly heartbeatSeconds;
  readonly desiredMessages;

  constructor(metrics = new Metrics()) {
    this.sessions = metrics.gauge('kajitori_gateway_sessions', 'Sessions of nodes that this process holds');
    this.tails = metrics.gauge('kajitori_gateway_tails', 'Clusters whose changes this process follows for its nodes');
    this.sessionsEnded = metrics.counter('kajitori_gateway_sessions_ended_total', 'Sessions that ended, by why', ['why']);
    this.reports = metrics.counter('kajitori_gateway_reports_total', 'What nodes reported, by kind and outcome', ['of', 'outcome']);
    this.heartbeatSeconds = metrics.histogram('kajitori_gateway_heartbeat_seconds', 'From a heartbeat to its acknowledgement');
    this.desiredMessages = metrics.counter('kajitori_gateway_desired_messages_total', 'Messages of desired state sent to nodes', ['type']);
  }
}
