export { consoleLogger } from './console-logger.js';
export { applyConfigPatch, type ConfigPatch } from './diagnosis/config-patch.js';
export { providerRules } from './provider/provider-rules.js';
export type { Lookup } from './smtp-socket.js';
export {
  createSmtpTransport,
  type SmtpTransportConfig,
  type SmtpTransportOptions,
} from './smtp-transport.js';
