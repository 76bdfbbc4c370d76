export * from './certificate-signing-request.ts';
export { type CertificationRequest, parseCertificationRequest } from './certification-request.ts';
