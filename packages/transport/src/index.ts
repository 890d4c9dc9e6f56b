export {
  createTransport,
  type TransportConfig,
  type TransportOptions,
  type TransportProvider,
} from './create-transport.js';
export { type DiagnoseConfigOptions, diagnoseConfig } from './diagnose-config.js';
