import { pickLocale } from '@postern/core';
import type { HttpRequest } from '../http-message.js';
import { localeOf } from '../locale.js';
import { en } from './en.js';
import type { LinkTexts } from './link-texts.js';
import { LINK_TEXTS } from './locales.js';

/** Returns texts in the reader's language that replace some of the ready-made ones. */
export type ReplaceLinkTexts = (locale: string | undefined) => Partial<LinkTexts> | undefined;

/** The texts in the language that the client prefers. If the application's texts have a language, it is used instead. */
export function textsFor(request: HttpRequest, replace: ReplaceLinkTexts | undefined): LinkTexts {
  const replaced = replace?.(localeOf(request));
  const accepted = replaced?.lang ?? request.header('accept-language');
  const tag = pickLocale(accepted, Object.keys(LINK_TEXTS));
  return { ...((tag && LINK_TEXTS[tag]) || en), ...replaced };
}
