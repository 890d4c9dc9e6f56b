export { consoleLogger } from './console-logger.js';
export type { Lookup } from './smtp-socket.js';
export {
  createSmtpTransport,
  type SmtpTransportConfig,
  type SmtpTransportOptions,
} from './smtp-transport.js';
