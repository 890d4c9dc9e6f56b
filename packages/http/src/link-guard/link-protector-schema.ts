import { objectWithMethods } from '@postern/core';
import type { LinkProtector } from './link-protector.js';

/** A schema for a link guard, which adapters accept as `linkGuard`. */
export const linkProtectorSchema = objectWithMethods<LinkProtector>(
  'a link guard, such as createLinkGuard(…)',
  'protect',
);
