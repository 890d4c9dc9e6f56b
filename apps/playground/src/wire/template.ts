import type { Template } from '@postern/core';
import { z } from 'zod';

/** `GET /api/templates` */
export interface TemplateList {
  readonly templates: readonly Template[];
}

/** `GET /api/templates/ready-made?type=&locale=&brand=&accent=` → `Template` */
export const readyMadeQuerySchema = z.object({
  type: z.string(),
  locale: z.string(),
  /** @default Acme */
  brand: z.string().max(100).optional(),
  /** `#rrggbb` */
  accent: z.string().optional(),
});
