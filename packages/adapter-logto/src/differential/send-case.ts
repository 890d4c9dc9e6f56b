import fc from 'fast-check';
import { type Payload, payload, type TemplateText, templateText, written } from './template-text.js';
import {
  type AddressTemplate,
  addressTemplate,
  replyTo,
  sender,
  type WrittenAddress,
  type WrittenReplyTo,
  writtenTemplate,
} from './written-address.js';

export interface CaseTemplate {
  readonly usageType: string;
  readonly contentType: 'text/plain' | 'text/html';
  readonly subject: TemplateText;
  readonly content: TemplateText;
}

/** What Logto's template store answers. */
export interface CaseOverride extends Omit<CaseTemplate, 'usageType' | 'contentType'> {
  readonly contentType: 'text/plain' | 'text/html' | undefined;
  readonly sendFrom: AddressTemplate | undefined;
  readonly replyTo: AddressTemplate | undefined;
}

/** One email, with all that it depends on. */
export interface SendCase {
  readonly server: 'open' | 'login' | 'starttls';
  readonly options: object;
  readonly from: WrittenAddress;
  readonly replyTo: WrittenReplyTo | undefined;
  readonly templates: readonly CaseTemplate[];
  readonly customHeaders: Readonly<Record<string, string | string[]>> | undefined;
  readonly to: string;
  readonly type: string;
  readonly payload: Payload;
  readonly override: CaseOverride | 'fails' | undefined;
}

const contentType = fc.constantFrom('text/plain' as const, 'text/html' as const);
const texts = { subject: templateText, content: templateText };

const template = (usageType: fc.Arbitrary<string>): fc.Arbitrary<CaseTemplate> =>
  fc.record({ usageType, contentType, ...texts });

const templates = fc
  .tuple(
    ...['SignIn', 'Register', 'ForgotPassword', 'Generic'].map((type) => template(fc.constant(type))),
    fc.array(template(fc.constantFrom('SignIn', 'BindMfa', 'Custom')), { maxLength: 1 }),
  )
  .map((all) => all.flat());

const headerValue = fc.oneof(
  fc.constantFrom('value', 'Żółć', 'a\r\nBcc: evil@example.com', 'tab\there', '', '<b>'),
  fc.string({ unit: 'grapheme-ascii' }),
);
const headerName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('X-Mailer-Tag', 'x-lower', 'List-Unsubscribe', 'Precedence') },
  // Ours has them as well.
  { weight: 1, arbitrary: fc.constantFrom('Auto-Submitted', 'x-auto-response-suppress') },
  // Part of the envelope.
  {
    weight: 1,
    arbitrary: fc.constantFrom('Subject', 'From', 'To', 'cc', 'Bcc', 'Reply-To', 'Message-ID', 'Date'),
  },
);
const customHeaders = fc.dictionary(
  headerName,
  fc.oneof(headerValue, fc.array(headerValue, { maxLength: 2 })),
  { maxKeys: 3, noNullPrototype: true },
);

export const sendCase: fc.Arbitrary<SendCase> = fc.record({
  server: fc.oneof(
    { weight: 30, arbitrary: fc.constant('open' as const) },
    { weight: 3, arbitrary: fc.constant('login' as const) },
    { weight: 1, arbitrary: fc.constant('starttls' as const) },
  ),
  // Few, because each of them is a pool of connections.
  options: fc.constantFrom(
    {},
    { name: 'auth.example.com', secure: false },
    { ignoreTLS: false, requireTLS: false, disableFileAccess: false, disableUrlAccess: false },
    { connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 20_000, dnsTimeout: 20_000 },
  ),
  from: sender,
  replyTo: fc.option(replyTo, { nil: undefined }),
  templates,
  customHeaders: fc.option(customHeaders, { nil: undefined }),
  to: fc.constantFrom(
    ...['ada@example.com', 'Ada.Lovelace+tag@sub.example.com', "o'neil@example.com", 'ada@EXAMPLE.com'],
    ...['ada@bücher.example', 'jörg@example.com'],
  ),
  type: fc.constantFrom(
    'SignIn',
    'Register',
    'ForgotPassword',
    'Generic',
    'OrganizationInvitation',
    'BindMfa',
    'Custom',
  ),
  payload,
  override: fc.option(
    fc.oneof(
      { weight: 1, arbitrary: fc.constant('fails' as const) },
      {
        weight: 4,
        arbitrary: fc.record({
          contentType: fc.option(contentType, { nil: undefined }),
          ...texts,
          sendFrom: fc.option(addressTemplate, { nil: undefined }),
          replyTo: fc.option(addressTemplate, { nil: undefined }),
        }),
      },
    ),
    { nil: undefined },
  ),
});

/** The config that both get, but for the server. */
export const configOf = ({ options, from, replyTo, templates, customHeaders }: SendCase) => ({
  ...options,
  fromEmail: from.written,
  ...(replyTo && { replyTo: replyTo.written }),
  ...(customHeaders && { customHeaders }),
  templates: templates.map((each) => ({
    ...each,
    subject: written(each.subject),
    content: written(each.content),
  })),
});

/** What the template store answers to both. */
export function answerOf({ override }: SendCase) {
  if (override === 'fails') throw new Error('No database');
  if (override === undefined) return undefined;
  const { contentType, subject, content, sendFrom, replyTo } = override;
  return {
    ...(contentType && { contentType }),
    subject: written(subject),
    content: written(content),
    ...(sendFrom && { sendFrom: writtenTemplate(sendFrom) }),
    ...(replyTo && { replyTo: writtenTemplate(replyTo) }),
  };
}

/** The template that both use. */
export const templateOf = ({
  override,
  templates,
  type,
}: SendCase): CaseTemplate | CaseOverride | undefined =>
  override !== undefined && override !== 'fails'
    ? override
    : (templates.find(({ usageType }) => usageType === type) ??
      templates.find(({ usageType }) => usageType === 'Generic'));
