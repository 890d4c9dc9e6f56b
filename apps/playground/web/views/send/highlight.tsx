import { classHighlighter, highlightCode } from '@lezer/highlight';
import { parser as scriptParser } from '@lezer/javascript';
import { parser as jsonParser } from '@lezer/json';
import type { ReactNode } from 'react';
import type { WayDescription } from '../../../src/wire/send';

type Language = WayDescription['code'][number]['language'];

const PARSERS = { ts: scriptParser.configure({ dialect: 'ts' }), json: jsonParser };

/** The code in colours: spans with the classes `tok-…`, which `code-sample.module.css` knows. */
export function highlight(code: string, language: Language): ReactNode {
  if (language === 'sh') return code;
  const tokens: ReactNode[] = [];
  highlightCode(
    code,
    PARSERS[language].parse(code),
    classHighlighter,
    (text, classes) =>
      tokens.push(
        classes ? (
          <span key={tokens.length} className={classes}>
            {text}
          </span>
        ) : (
          text
        ),
      ),
    () => tokens.push('\n'),
  );
  return tokens;
}
