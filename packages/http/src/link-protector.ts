export type { LinkProtection, LinkProtectorOptions, ProtectedLink } from './link-guard/link-guard-options.js';
export { createLinkProtector, type LinkProtector } from './link-guard/link-protector.js';
export {
  DEFAULT_LINK_VALIDITY_MS,
  type LinkEmail,
  protectPayload,
  type RequestingBrowser,
} from './link-guard/protect-payload.js';
