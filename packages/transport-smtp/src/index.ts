export type { GetAccessToken } from '@postern/core';
export { applyConfigPatch, type ConfigPatch } from './config/config-patch.js';
export type { SmtpTransportConfig } from './config/server-config.js';
export type { Lookup } from './connection/socket.js';
export type { AlternativePort } from './diagnosis/alternatives.js';
export { type DiagnoseConfig, type DiagnoseOptions, diagnose } from './diagnosis/diagnose.js';
export { type DiagnoseTransportOptions, diagnoseTransport } from './diagnosis/diagnose-transport.js';
export type {
  Alternative,
  CertificateFacts,
  Diagnosis,
  DiagnosisFacts,
  DiagnosisProblem,
  DiagnosisStep,
  DiagnosisStepName,
} from './diagnosis/diagnosis.js';
export type { DnsResolver } from './diagnosis/dns-resolver.js';
export {
  type RenderOptions,
  renderDiagnosis,
  renderDiagnosisStep,
  renderVerdict,
  type TextRole,
} from './diagnosis/render-diagnosis.js';
export {
  createNodemailerTransport,
  type NodemailerTransporter,
  type NodemailerTransportOptions,
  type TransporterMail,
  type TransporterResult,
} from './nodemailer-transport.js';
export { type ProviderChoice, providerChoices } from './provider/provider-choices.js';
export { providerRules } from './provider/provider-rules.js';
export {
  createSmtpTransport,
  type SmtpTransportOptions,
} from './smtp-transport.js';
