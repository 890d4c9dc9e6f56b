import { carriesCode, directionOf, escapeHtml, isNotice } from '@postern/core';
import type { Brand } from './brand.js';
import { type CodeType, type Copy, fillIn, type TemplateType } from './copy/copy-schema.js';
import { formatDuration } from './duration.js';
import { factsOf, requestDetailsOf } from './layout-details.js';
import { wordsOfType } from './type-words.js';

/** A usage type whose emails show a validity. */
export type ExpiringType = CodeType | 'OrganizationInvitation';

/** The validity of emails whose request has no `expiresAt`, in milliseconds. */
export type Validity = Partial<Record<ExpiringType, number | undefined>> & {
  code: number;
  invitation?: number | undefined;
};

export interface Composition {
  type: TemplateType;
  locale: string;
  copy: Copy;
  brand: Brand;
  validForMs: Validity;
  showRecipient: boolean;
}

type Part = 'html' | 'text';

const encoderOf = (part: Part) => (part === 'html' ? escapeHtml : (text: string) => text);

/** Names can have any text direction, which must not affect the surrounding sentence. Gmail removes `bdi`. */
const isolatorOf = (part: Part) => (text: string) =>
  part === 'html' ? `<span dir="auto">${text}</span>` : text;

/** The values of the layouts, encoded for one of them. Only the variables of the payload remain. */
export function layoutValues(composition: Composition, part: Part) {
  const { type, locale, copy, brand } = composition;
  const dir = directionOf(locale);
  const encode = encoderOf(part);
  const words = { copy, locale, encode, isolate: isolatorOf(part) };
  const facts = factsOf(type, words);
  return {
    ...wordsOf(composition, part),
    ...brand.colors,
    brand: {
      name: encode(brand.name),
      logoUrl: brand.logoUrl && encode(brand.logoUrl),
      darkLogoUrl: brand.darkLogoUrl && encode(brand.darkLogoUrl),
      supportUrl: brand.supportUrl && encode(brand.supportUrl),
      address: brand.address && encode(brand.address),
      domain: brand.domain,
      font: brand.font,
      radius: RADIUS[brand.buttonShape],
    },
    // A title cannot contain elements.
    title: escapeHtml(wordsOf(composition, 'text').heading),
    lang: locale,
    dir,
    start: dir === 'rtl' ? 'right' : 'left',
    hasCode: carriesCode(type),
    isNotice: isNotice(type),
    facts,
    hasFacts: facts.length > 0,
    request: requestDetailsOf(words),
  };
}

export type LayoutValues = ReturnType<typeof layoutValues>;

const RADIUS = { square: '0', rounded: '8px', pill: '24px' } as const satisfies Record<
  Brand['buttonShape'],
  string
>;

/** The names in sentences, as variables with a fallback. */
function namesFor({ brand }: Composition, part: Part) {
  const isolate = isolatorOf(part);
  const app = `{{#if application.name}}{{unlink application.name}}{{else}}${encoderOf(part)(brand.name)}{{/if}}`;
  const organization = `{{#if organization.name}}{{unlink organization.name}}{{else}}${app}{{/if}}`;
  return {
    app: isolate(app),
    organization: isolate(organization),
    inviter: isolate('{{unlink inviter.name}}'),
    member: isolate('{{unlink member.name}}'),
    recipient: isolate('{{address recipient}}'),
  };
}

const validityOf = (type: TemplateType, validForMs: Validity): number | undefined => {
  if (isNotice(type)) return undefined;
  return validForMs[type] ?? (carriesCode(type) ? validForMs.code : validForMs.invitation);
};

/** The sentences of the usage type, with names and numbers in them. */
function wordsOf(composition: Composition, part: Part) {
  const { type, locale, copy, validForMs, showRecipient } = composition;
  const encode = encoderOf(part);
  const names = namesFor(composition, part);
  const fill = (sentence: string) => fillIn(encode(sentence), names);
  const validFor = (duration: string) => fillIn(encode(copy.valid), { ...names, duration });
  // The fallback template has no locale, so the language is explicit.
  const left = validFor(
    `{{#if expiresInSeconds}}{{duration expiresInSeconds "${locale}"}}{{else}}{{validFor}}{{/if}}`,
  );
  const ms = validityOf(type, validForMs);
  const otherwise = ms === undefined ? undefined : validFor(formatDuration(ms, locale));
  return {
    ...wordsOfType(type, copy, fill),
    enterCode: fill(copy.enterCode),
    orOpenLink: fill(copy.orOpenLink),
    linkFallback: fill(copy.linkFallback),
    valid: otherwise === undefined ? '' : `{{#if validFor}}${left}{{else}}${otherwise}{{/if}}`,
    validIfKnown: left,
    neverShare: fill(copy.neverShare),
    requestDetails: fill(copy.requestDetails),
    sentTo: showRecipient ? fill(copy.sentTo) : '',
    footer: fill(copy.footer),
    support: fill(copy.support),
  };
}
