import { readWebUrl } from '@postern/core';
import * as z from 'zod';

/** The brand on link pages. */
export interface LinkBrand {
  /** The name of the application. */
  name: string;
  /** Shown 40 pixels high, instead of the name. An `https` URL. */
  logoUrl?: string | undefined;
  /** The color of the button, such as `#1f4fd8`. Its text is black or white, whichever is easier to read. */
  color?: string | undefined;
}

export const linkBrandSchema = z.strictObject({
  name: z.string().trim().min(1).max(60),
  logoUrl: z
    .string()
    .refine((text) => readWebUrl(text)?.protocol === 'https:', 'must be an https URL')
    .optional(),
  color: z
    .string()
    .regex(/^#[\da-f]{6}$/i, 'must be a color such as "#1f4fd8"')
    .optional(),
});

/** The relative luminance of a color `#rrggbb` (WCAG 2.2). */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white, whichever has the higher contrast on this color. At the limit, both have a contrast of 4.58. */
export const readableOn = (color: string): '#000' | '#fff' => (luminanceOf(color) > 0.179 ? '#000' : '#fff');
