import {
  type Clock,
  clockSchema,
  createOperatorLogger,
  functionSchema,
  type Logger,
  loggerSchema,
  readOptions,
  readWebUrl,
  type SecretKey,
  secretKeysSchema,
  systemClock,
} from '@postern/core';
import * as z from 'zod';
import { type LinkBrand, linkBrandSchema } from '../link-brand.js';
import type { LinkTexts } from '../link-texts/link-texts.js';
import type { ReplaceLinkTexts } from '../link-texts/texts-for.js';

/**
 * Who can use a link. `none`: anyone who clicks the button on its page. `browser`: the browser that requested the link. Other
 * browsers show a short code to enter in that browser.
 */
export type LinkBinding = 'none' | 'browser';

const bindingSchema = z.enum(['none', 'browser']);

/** Options of `createLinkProtector`. A link guard has the same options, and more. */
export interface LinkProtectorOptions {
  /** The keys that encrypt links. The first key encrypts, and all keys decrypt. Keep an old key until its last link expires. */
  keys: readonly SecretKey[];
  /**
   * The URL of the guard's page, such as `https://app.example.com/open`. For `binding: 'browser'`, it must have the host of
   * the endpoint that sends the links.
   */
  url: string;
  /**
   * The origins of the links to protect, such as `['https://auth.example.com']`. `protect` rejects all other links, so that
   * the guard never leads to an origin that an attacker chose. The list replaces the default.
   * @default the origin of `url`
   */
  origins?: readonly string[] | undefined;
}

/** Options of {@link createLinkGuard}. */
export interface LinkGuardOptions extends LinkProtectorOptions {
  /** The binding of links for which `protect` receives no `binding`. @default 'none' */
  binding?: LinkBinding | undefined;
  /** Whether `protect` returns a code for the same email, for links that are bound to a browser. @default false */
  codeInEmail?: boolean | undefined;
  /** Returns texts that replace the built-in texts. @default the built-in texts in the reader's language */
  linkTexts?: ((locale: string | undefined) => Partial<LinkTexts> | undefined) | undefined;
  /** The name, the logo, and the color on the pages. */
  linkBrand?: LinkBrand | undefined;
  /** Receives `http.refused` for links that cannot be opened, and `http.failed`. @default errors go to `console.error` */
  logger?: Logger | undefined;
  /** @default the system clock */
  clock?: Clock | undefined;
}

const protectorSchema = z.strictObject({
  keys: secretKeysSchema,
  url: z
    .string()
    .refine(
      (text) => readWebUrl(text) !== undefined && !/[?#]/.test(text),
      'must be an https URL without a query, such as https://app.example.com/open',
    )
    .transform((text) => new URL(text)),
  origins: z
    .array(
      z
        .string()
        .refine(
          (text) => readWebUrl(text)?.origin === text,
          'must be an https origin without a path, such as https://auth.example.com',
        ),
    )
    .readonly()
    .optional(),
});

const guardSchema = protectorSchema.extend({
  binding: bindingSchema.default('none'),
  codeInEmail: z.boolean().default(false),
  linkTexts: functionSchema<ReplaceLinkTexts>().optional(),
  linkBrand: linkBrandSchema.optional(),
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.default(() => systemClock),
});

export type ParsedLinkGuardOptions = z.output<typeof guardSchema>;

/** @throws {ConfigError} if an option is not valid. The error lists every problem. */
export const parseLinkGuardOptions = (options: LinkGuardOptions): ParsedLinkGuardOptions =>
  readOptions(guardSchema, options, 'createLinkGuard');

/** @throws {ConfigError} if an option is not valid. The error lists every problem. */
export const parseLinkProtectorOptions = (options: LinkProtectorOptions): z.output<typeof protectorSchema> =>
  readOptions(protectorSchema, options, 'createLinkProtector');

/** Describes a link for `protect`. */
export interface LinkProtection {
  /** The time when the original link expires. */
  readonly expiresAt: Date;
  /** The recipient of the email. The page shows the address masked, such as `a***@example.com`. */
  readonly to?: string | undefined;
  /** @default the `binding` of the guard */
  readonly binding?: LinkBinding | undefined;
  /** @default the `codeInEmail` of the guard */
  readonly codeInEmail?: boolean | undefined;
  /** The `Cookie` header of the request for the link. With it, earlier links of the same browser stay usable. */
  readonly cookie?: string | null | undefined;
  /**
   * The encrypted ID from {@link LinkGuard.bindBrowser}. Use it if you cannot set a cookie in the response to the request for
   * the link, because another system makes that request. The link is bound to this browser, regardless of the guard's
   * `binding`. Other browsers show no code. Cannot be combined with `cookie`, `codeInEmail`, or `binding: 'none'`.
   */
  readonly browser?: string | undefined;
  /**
   * The method for the original link. With `POST`, the button and the code form submit to it directly. Use `POST` only for a
   * link of the same origin that has its own page with a button, such as the links of these routes.
   * @default 'GET'
   */
  readonly method?: 'GET' | 'POST' | undefined;
}

export const linkProtectionSchema = z
  .object({
    expiresAt: z.date('expiresAt must be a valid Date'),
    to: z.string('to must be a string').optional(),
    binding: bindingSchema.optional(),
    codeInEmail: z.boolean().optional(),
    cookie: z.string('cookie must be the value of the Cookie header').nullish(),
    browser: z.string('browser must be the ID from bindBrowser').optional(),
    method: z.enum(['GET', 'POST']).default('GET'),
  })
  .superRefine(({ browser, cookie, binding, codeInEmail }, context) => {
    if (browser === undefined) return;
    const others = {
      cookie: typeof cookie === 'string',
      "binding: 'none'": binding === 'none',
      codeInEmail: codeInEmail === true,
    };
    for (const [other, isUsed] of Object.entries(others))
      if (isUsed) context.addIssue(`browser cannot be combined with ${other}`);
  });

/** The result of `protect`. */
export interface ProtectedLink {
  /** The link for the email. */
  readonly link: string;
  /** A code for the same email, with `codeInEmail` and `binding: 'browser'`. */
  readonly code?: string;
  /**
   * The value of a `Set-Cookie` header, with `binding: 'browser'`. Add it to the response to the request for the link.
   * Without this cookie, the link does not work.
   */
  readonly setCookie?: string;
}

/** The result of `bindBrowser`. */
export interface BoundBrowser {
  /**
   * The encrypted ID of the browser. Pass it through the auth system to `protect`. It contains only letters, digits, `-`, and
   * `_`, and has fewer than 100 characters.
   */
  readonly browser: string;
  /** The value of a `Set-Cookie` header. Without this cookie, links that are bound to the browser do not work. */
  readonly setCookie: string;
}
