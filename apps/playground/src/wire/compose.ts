import { templateSchema } from '@postern/core';
import { z } from 'zod';
import type { Issue } from './issue.js';

/** `GET /api/compose` */
export interface ComposeChoices {
  readonly usageTypes: readonly ComposeUsageType[];
  /** The languages of ready-made templates. */
  readonly languages: readonly Language[];
  readonly defaultLocale?: string;
}

export interface ComposeUsageType {
  readonly type: string;
  /** Whether there are ready-made templates for it. */
  readonly isReadyMade: boolean;
  /** The languages of its templates in the running config. `null` is every language. */
  readonly locales: readonly (string | null)[];
  /** The form of its payload. */
  readonly fields: readonly PayloadField[];
  /** A nested payload, as `send` accepts it. */
  readonly samplePayload: Readonly<Record<string, unknown>>;
  /** For notices, which tell people where a change was made. */
  readonly requestContext?: Readonly<Record<string, string>>;
}

export interface PayloadField {
  /** The path in the payload, such as `application.name`. */
  readonly path: string;
  readonly label: string;
  readonly kind: 'code' | 'url' | 'text';
  /**
   * `always`: required. `one-of`: at least one field with this value is required (code or link). `never`:
   * optional.
   */
  readonly required: 'always' | 'one-of' | 'never';
  readonly description: string;
}

export interface Language {
  /** BCP 47 */
  readonly tag: string;
  readonly name: string;
  readonly englishName: string;
}

/** `POST /api/compose/preview` */
export const previewRequestSchema = z.object({
  template: templateSchema,
  payload: z.record(z.string(), z.unknown()).default({}),
  /** @default the sample recipient */
  to: z.string().optional(),
  /** Whether to return the message as sent, which needs a delivery to a mail trap. @default false */
  source: z.boolean().default(false),
});
export type PreviewRequest = z.input<typeof previewRequestSchema>;

/** The status is always 200. A template with errors has a preview, too. */
export interface Preview {
  /** Absent if rendering failed. */
  readonly email?: PreviewedEmail;
  /** Errors first, with their part and position. */
  readonly issues: readonly Issue[];
  /** Every variable that the template uses. */
  readonly variables: readonly UsedVariable[];
}

export interface PreviewedEmail {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /**
   * The URL for `<iframe sandbox="" src>`. Add `scheme=light|dark` and `remote=1`. Valid for the latest 20
   * previews.
   */
  readonly htmlUrl?: string;
  /** The direction of the root element. */
  readonly direction: 'ltr' | 'rtl';
  /** The MIME message, if it was requested. */
  readonly source?: string;
  /** The size of the HTML, in bytes. */
  readonly htmlSize?: number;
}

export interface UsedVariable {
  /** Such as `application.name`. */
  readonly path: string;
  /** The parts of the template that use it. */
  readonly parts: readonly string[];
  /** Whether the usage type has the variable. `undefined` for custom types, which can have any. */
  readonly isKnown?: boolean;
}
