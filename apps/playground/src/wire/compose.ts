import { z } from 'zod';
import type { Issue } from './issue.js';
import { templateRequestSchema } from './template.js';

/** `GET /api/compose`: what there is to choose from. */
export interface ComposeChoices {
  readonly usageTypes: readonly ComposeUsageType[];
  /** Languages of ready-made templates, with their names in themselves and in English. */
  readonly languages: readonly Language[];
  readonly defaultLocale?: string;
  readonly fromEmail: string;
}

export interface ComposeUsageType {
  readonly type: string;
  /** Whether its emails carry a code. */
  readonly carriesCode: boolean;
  /** Whether there are ready-made templates for it. */
  readonly isReadyMade: boolean;
  /** The languages that the running config has templates in; `null` stands for every language. */
  readonly locales: readonly (string | null)[];
  /** The form of its payload. */
  readonly fields: readonly PayloadField[];
  /** A payload to begin with: nested, as `send` takes it. */
  readonly samplePayload: Readonly<Record<string, unknown>>;
}

export interface PayloadField {
  /** Where in the payload, such as `application.name`. */
  readonly path: string;
  readonly label: string;
  readonly kind: 'code' | 'url' | 'text';
  /**
   * `always`: the email can't be without. `one-of`: it needs one of the fields that say so (the code or the link).
   * `never`: templates have to do without it.
   */
  readonly required: 'always' | 'one-of' | 'never';
  readonly description: string;
}

export interface Language {
  /** BCP 47 */
  readonly tag: string;
  readonly name: string;
  readonly englishName: string;
  readonly direction: 'ltr' | 'rtl';
}

/** `POST /api/compose/preview` */
export const previewRequestSchema = z.object({
  template: templateRequestSchema,
  payload: z.record(z.string(), z.unknown()).default({}),
  /** @default the sample recipient */
  to: z.string().optional(),
  /** Also send it to a mail trap of its own, to show the message as it goes over the wire. @default false */
  source: z.boolean().default(false),
});
export type PreviewRequest = z.input<typeof previewRequestSchema>;

/** Always a 200: a template that is broken is what previews are for. */
export interface Preview {
  /** Absent when it could not be rendered; `issues` then say why. */
  readonly email?: PreviewedEmail;
  /** Errors first; each with the part it is in and, where there is one, its line and column. */
  readonly issues: readonly Issue[];
  /** Every variable that the template uses, once. */
  readonly variables: readonly UsedVariable[];
}

export interface PreviewedEmail {
  readonly from: string;
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /**
   * Where the html is shown, for `<iframe sandbox="" src>`. Add `scheme=light|dark` and `remote=1` to its query. Good
   * for the latest 20 previews.
   */
  readonly htmlUrl?: string;
  /** Of the html: `dir` of its root. */
  readonly direction: 'ltr' | 'rtl';
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The message as it goes over the wire (MIME), if it was asked for. */
  readonly source?: string;
  /** Bytes of the html. */
  readonly htmlSize?: number;
}

export interface UsedVariable {
  /** As written: `application.name`. */
  readonly path: string;
  /** Which texts it is in. */
  readonly parts: readonly string[];
  /** Whether emails of this usage type have it; `undefined` for types of one's own, which may have anything. */
  readonly isKnown?: boolean;
  /** Whether the payload has it. */
  readonly isGiven: boolean;
}
