import type { Template } from '@postern/core';
import { layoutHtml, layoutText } from './layout.generated.js';
import { type Composition, layoutValues } from './layout-values.js';

/** Inserts the copy of one usage type and language into the layouts. Only the variables of the payload remain. */
export function composeTemplate(composition: Composition): Template {
  const { type, locale } = composition;
  const textValues = layoutValues(composition, 'text');
  return {
    usageType: type,
    locale,
    contentType: 'text/html',
    subject: textValues.subject,
    content: layoutHtml(layoutValues(composition, 'html')),
    text: layoutText(textValues),
  };
}
