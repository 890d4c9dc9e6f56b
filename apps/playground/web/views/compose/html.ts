import { LanguageSupport, LRLanguage } from '@codemirror/language';
import { parser as cssParser } from '@lezer/css';
import { configureNesting, parser as htmlParser } from '@lezer/html';

/**
 * HTML with styles, and without scripts, which mail apps do not run. CodeMirror's HTML language includes a
 * large JavaScript parser.
 */
const htmlLanguage = LRLanguage.define({
  name: 'html',
  parser: htmlParser.configure({
    wrap: configureNesting(
      [{ tag: 'style', parser: cssParser }],
      [{ name: 'style', parser: cssParser.configure({ top: 'Styles' }) }],
    ),
  }),
  languageData: { commentTokens: { block: { open: '<!--', close: '-->' } } },
});

export const html = (): LanguageSupport => new LanguageSupport(htmlLanguage);
