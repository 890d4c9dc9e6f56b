/** Sketches of the sign-in emails of other products, drawn from memory in gray, to compare layouts. They show no real email. */

type Part = 'logo' | 'wide logo' | 'heading' | 'text' | 'code' | 'button' | 'link' | 'line' | 'small';

interface Sketch {
  readonly name: string;
  readonly isCentered?: boolean;
  readonly parts: readonly (readonly [part: Part, label?: string])[];
}

const SKETCHES: readonly Sketch[] = [
  {
    name: 'Stripe',
    parts: [
      ['wide logo'],
      ['heading'],
      ['text'],
      ['code', '482913'],
      ['text', 'expires in …'],
      ['small', 'not you?'],
      ['line'],
      ['small', 'support, address'],
    ],
  },
  {
    name: 'Linear',
    parts: [
      ['logo'],
      ['heading'],
      ['button', 'Log in'],
      ['text', 'valid for …, or use the code'],
      ['code', 'abcde-fghij'],
      ['line'],
      ['small', 'name'],
    ],
  },
  {
    name: 'Vercel',
    isCentered: true,
    parts: [
      ['logo'],
      ['heading'],
      ['text'],
      ['code', '482913'],
      ['button', 'Verify'],
      ['link', 'link as text'],
      ['line'],
      ['small', 'sent to …, requested from …'],
    ],
  },
  {
    name: 'Clerk',
    parts: [
      ['logo'],
      ['heading'],
      ['text'],
      ['code', '482913'],
      ['text', 'requested from … at …'],
      ['small', 'not you?'],
      ['line'],
      ['small', 'name'],
    ],
  },
  { name: 'Supabase (default)', parts: [['heading'], ['text'], ['link', 'Log in']] },
];

const STYLES = `
  .sketch { width: 320px; padding: 20px; box-sizing: border-box; background: #fff; border: 1px solid #ddd; font: 13px sans-serif; color: #666 }
  .sketch > div { margin: 0 0 14px }
  .centered > div { margin-left: auto; margin-right: auto; text-align: center }
  .logo { width: 28px; height: 28px; border-radius: 6px; background: #999 }
  .wide-logo { width: 90px; height: 24px; background: #999 }
  .heading { width: 70%; height: 18px; background: #777 }
  .text { min-height: 30px; padding: 2px 6px; background: #e4e4e4 }
  .code { padding: 12px; background: #f0f0f0; font: 22px monospace; color: #333; text-align: center }
  .button { width: 96px; padding: 9px; background: #555; color: #fff; text-align: center }
  .link { text-decoration: underline }
  .line { height: 1px; background: #ccc }
  .small { padding: 1px 6px; background: #efefef; font-size: 11px; width: 80% }`;

const drawPart = ([part, label = '']: Sketch['parts'][number]) =>
  `<div class="${part.replace(' ', '-')}">${label}</div>`;

/** A row with all sketches, and the styles for it. */
export const sketches: { readonly styles: string; readonly cells: readonly string[] } = {
  styles: STYLES,
  cells: SKETCHES.map(
    ({ name, isCentered, parts }) =>
      `<td><b>${name}</b><div class="sketch${isCentered ? ' centered' : ''}">${parts.map(drawPart).join('')}</div></td>`,
  ),
};
