/** The packages that run in every runtime, by folder. */
export const WEB_PACKAGES = [
  'core',
  'resilience',
  'templates',
  'verification',
  'transport-http',
  'http',
  'adapter-authjs',
  'adapter-webhooks',
];

/** Adapters that run wherever the library runs that they are for, by folder. The library itself is not checked. */
export const WEB_ADAPTERS = ['adapter-better-auth'];
