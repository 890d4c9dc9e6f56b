import { type Copy, fillIn, type TemplateType } from './copy/copy-schema.js';

/** One row of the details: a label, and the value of a variable. */
export interface Detail {
  /** The tags around the row, which shows only values that the payload has. */
  readonly open: string;
  readonly close: string;
  readonly label: string;
  readonly value: string;
  /** The row as plain text. */
  readonly line: string;
}

/** What the details need from the copy, encoded for one layout. */
interface DetailWords {
  readonly copy: Copy;
  readonly locale: string;
  encode(text: string): string;
  /** For values that are not in the language of the template: keeps their direction from affecting the sentence. */
  isolate(value: string): string;
}

type FactName = Extract<
  keyof Copy['details'],
  'previousEmail' | 'newEmail' | 'deletionDate' | 'method' | 'role'
>;

/** The variables of a usage type that are facts about the change. */
const FACTS: { readonly [Type in TemplateType]?: readonly FactName[] } = {
  ConfirmEmailChange: ['newEmail'],
  OrganizationInvitation: ['role'],
  EmailChanged: ['previousEmail', 'newEmail'],
  RecoveryMethodChanged: ['method'],
  AccountDeletionScheduled: ['deletionDate'],
};

function createDetail(
  name: keyof Copy['details'],
  path: string,
  value: string,
  { copy, encode }: DetailWords,
): Detail {
  const label = encode(copy.details[name]);
  return {
    open: `{{#if ${path}}}`,
    close: '{{/if}}',
    label,
    value,
    line: fillIn(encode(copy.detail), { label, value }),
  };
}

/** The facts of a usage type, such as the new address. */
export function factsOf(type: TemplateType, words: DetailWords): Detail[] {
  const { locale, isolate } = words;
  const values: Record<FactName, string> = {
    previousEmail: isolate('{{address previousEmail}}'),
    newEmail: isolate('{{address newEmail}}'),
    // The fallback template has no locale, so the language is explicit.
    deletionDate: `{{date deletionDate "${locale}" request.timeZone}}`,
    method: isolate('{{unlink method}}'),
    role: isolate('{{unlink role}}'),
  };
  return (FACTS[type] ?? []).map((name) => createDetail(name, name, values[name], words));
}

/** The details of the request: device, location, time, and IP address. */
export function requestDetailsOf(words: DetailWords): Detail[] {
  const { copy, locale, encode, isolate } = words;
  const named = { browser: '{{request.browser}}', system: '{{request.system}}' };
  const device = fillIn(encode(copy.device), named);
  const values = {
    device: `{{#if request.browser}}{{#if request.system}}${device}{{else}}{{request.device}}{{/if}}{{else}}${isolate('{{request.device}}')}{{/if}}`,
    place: isolate('{{request.place}}'),
    time: `{{date request.timestamp "${locale}" request.timeZone}}`,
    ip: isolate('{{request.ip}}'),
  } as const;
  return (['device', 'place', 'time', 'ip'] as const).map((name) =>
    createDetail(name, `request.${name}`, values[name], words),
  );
}
