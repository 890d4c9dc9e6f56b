import { objectWithMethods } from '@postern/core';
import type { LinkProtector } from './link-protector.js';

/** A schema for the option `linkGuard` of adapters. */
export const linkProtectorSchema = objectWithMethods<LinkProtector>(
  'a link guard, such as createLinkGuard(…)',
  'protect',
);
