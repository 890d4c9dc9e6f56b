import { escapeHtml } from '@postern/core';
import type { Brand } from './brand.js';
import { type CodeType, type Copy, fillIn, type USAGE_TYPES } from './copy/copy-schema.js';
import { directionOf } from './copy/language-tag.js';
import { formatDuration } from './duration.js';

/** The sentence for people who did not request the email. */
const UNEXPECTED = {
  Register: 'ignore',
  SignIn: 'ignore',
  ForgotPassword: 'ignoreReset',
  Generic: 'ignore',
  UserPermissionValidation: 'alarm',
  BindNewIdentifier: 'ignore',
  MfaVerification: 'alarm',
  BindMfa: 'alarm',
  OrganizationInvitation: 'ignoreInvitation',
} as const satisfies Record<(typeof USAGE_TYPES)[number], keyof Copy>;

/** The validity of emails whose request has no `expiresAt`, in milliseconds. */
export type Validity = Partial<Record<(typeof USAGE_TYPES)[number], number | undefined>> & {
  code: number;
  invitation?: number | undefined;
};

export interface Composition {
  type: (typeof USAGE_TYPES)[number];
  locale: string;
  copy: Copy;
  brand: Brand;
  validForMs: Validity;
}

type Part = 'html' | 'text';

const encoderOf = (part: Part) => (part === 'html' ? escapeHtml : (text: string) => text);

/** The values of the layouts, encoded for one of them. Only the variables of the payload remain. */
export function layoutValues(composition: Composition, part: Part) {
  const { type, locale, brand } = composition;
  const dir = directionOf(locale);
  const encode = encoderOf(part);
  return {
    ...wordsOf(composition, part),
    ...brand.colors,
    brand: {
      name: encode(brand.name),
      logoUrl: brand.logoUrl && encode(brand.logoUrl),
      supportUrl: brand.supportUrl && encode(brand.supportUrl),
      address: brand.address && encode(brand.address),
    },
    // A title cannot contain elements.
    title: escapeHtml(wordsOf(composition, 'text').heading),
    lang: locale,
    dir,
    start: dir === 'rtl' ? 'right' : 'left',
    hasCode: type !== 'OrganizationInvitation',
  };
}

export type LayoutValues = ReturnType<typeof layoutValues>;

const validityOf = (type: Composition['type'], validForMs: Validity): number | undefined =>
  validForMs[type] ?? (type === 'OrganizationInvitation' ? validForMs.invitation : validForMs.code);

/** The sentences of the usage type, with names and numbers in them. */
function wordsOf({ type, locale, copy, brand, validForMs }: Composition, part: Part) {
  const encode = encoderOf(part);
  // Names can have any text direction, which must not affect the surrounding sentence. Gmail removes `bdi`.
  const isolate = (name: string) => (part === 'html' ? `<span dir="auto">${name}</span>` : name);
  const app = `{{#if application.name}}{{unlink application.name}}{{else}}${encode(brand.name)}{{/if}}`;
  const organization = `{{#if organization.name}}{{unlink organization.name}}{{else}}${app}{{/if}}`;
  const names = {
    app: isolate(app),
    organization: isolate(organization),
    inviter: isolate('{{unlink inviter.name}}'),
  };
  const fill = (sentence: string) => fillIn(encode(sentence), names);
  const validFor = (duration: string) => fillIn(encode(copy.valid), { ...names, duration });
  // The fallback template has no locale, so the language is explicit.
  const left = validFor(
    `{{#if expiresInSeconds}}{{duration expiresInSeconds "${locale}"}}{{else}}{{validFor}}{{/if}}`,
  );
  const ms = validityOf(type, validForMs);
  const otherwise = ms === undefined ? undefined : validFor(formatDuration(ms, locale));
  return {
    ...openingOf(type, copy, fill),
    button: fill(copy[type].button),
    enterCode: fill(copy.enterCode),
    openLink: fill(copy.openLink),
    orOpenLink: fill(copy.orOpenLink),
    linkFallback: fill(copy.linkFallback),
    valid: otherwise === undefined ? '' : `{{#if validFor}}${left}{{else}}${otherwise}{{/if}}`,
    validIfKnown: left,
    neverShare: fill(copy.neverShare),
    unexpected: fill(copy[UNEXPECTED[type]]),
    footer: fill(copy.footer),
    support: fill(copy.support),
  };
}

function openingOf(type: Composition['type'], copy: Copy, fill: (sentence: string) => string) {
  if (type === 'OrganizationInvitation') {
    const { subject, heading, intro, introByInviter } = copy[type];
    return {
      subject: fill(subject),
      heading: fill(heading),
      intro: `{{#if inviter.name}}${fill(introByInviter)}{{else}}${fill(intro)}{{/if}}`,
    };
  }
  const { subject, heading, intro } = copy[type satisfies CodeType];
  return {
    subject: `{{#if code}}${fill(subject)}{{else}}${fill(heading)}{{/if}}`,
    heading: fill(heading),
    intro: fill(intro),
  };
}
