/**
 * The rules of admission that more than one process goes by: what quotas count, what limit ranges fill in and refuse, what the
 * Pod Security Standards forbid, what disruption budgets allow. All of it is pure: (objects, now) in, decisions out.
 */
export * from './quota/quota-charge.ts';
export * from './quota/quota-status.ts';
export * from './quota/usage.ts';
export * from './limit-range/limit-range-defaults.ts';
export * from './limit-range/limit-range-violations.ts';
export * from './pod-security/pod-security-check.ts';
export * from './pod-security/pod-security-evaluation.ts';
export * from './pod-security/pod-security-policy.ts';
export * from './disruption/disruption-status.ts';
export * from './disruption/spend-disruption.ts';
export * from './audit/audit-decision.ts';
export * from './audit/audit-policy.ts';
export * from './audit/parse-audit-policy.ts';
