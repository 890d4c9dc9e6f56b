import { LanguageSupport, LRLanguage } from '@codemirror/language';
import { parser as cssParser } from '@lezer/css';
import { configureNesting, parser as htmlParser } from '@lezer/html';

/**
 * The html of emails: with styles, which emails have, and without scripts, which no mail app runs. The ready-made html
 * language of CodeMirror brings a parser for JavaScript, which is most of its weight.
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
