/** The packages that run in every runtime, by folder. */
export const WEB_PACKAGES = ['core', 'resilience', 'templates', 'verification', 'transport-http', 'http'];
