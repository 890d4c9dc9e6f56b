import { z } from 'zod';

/** A template of the config. `locale: null` and a missing one are the same: for every language. */
export const templateRequestSchema = z.object({
  usageType: z.string().min(1).max(200),
  contentType: z.enum(['text/plain', 'text/html']),
  subject: z.string(),
  content: z.string(),
  locale: z.string().nullish(),
  text: z.string().nullish(),
  replyTo: z.string().nullish(),
  sendFrom: z.string().nullish(),
});

/** Of `PUT /api/templates`. */
export type TemplateRequest = z.input<typeof templateRequestSchema>;

/** A template as the config has it. */
export interface ShownTemplate {
  readonly usageType: string;
  readonly contentType: 'text/plain' | 'text/html';
  readonly subject: string;
  readonly content: string;
  readonly locale?: string;
  readonly text?: string;
  readonly replyTo?: string;
  readonly sendFrom?: string;
}

/** `GET /api/templates` */
export interface TemplateList {
  readonly templates: readonly ShownTemplate[];
}

/** `GET /api/templates/ready-made?type=&locale=&brand=&accent=` */
export const readyMadeQuerySchema = z.object({
  type: z.string(),
  locale: z.string(),
  /** @default Acme */
  brand: z.string().max(100).optional(),
  /** `#rrggbb` */
  accent: z.string().optional(),
});

/** A ready-made template, to begin with. */
export interface ReadyMadeTemplate {
  readonly template: ShownTemplate;
  readonly direction: 'ltr' | 'rtl';
}
