export type { ApiTransportOptions } from './api/api-transport-options.js';
