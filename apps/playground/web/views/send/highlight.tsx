import { classHighlighter, highlightCode } from '@lezer/highlight';
import { parser } from '@lezer/javascript';
import type { ReactNode } from 'react';

const typescript = parser.configure({ dialect: 'ts' });

/** TypeScript as spans with the classes `tok-…`, which `code-sample.module.css` colors. */
export function highlight(code: string): ReactNode {
  const tokens: ReactNode[] = [];
  const add = (text: string, classes: string) =>
    tokens.push(
      <span key={tokens.length} className={classes}>
        {text}
      </span>,
    );
  highlightCode(code, typescript.parse(code), classHighlighter, add, () => tokens.push('\n'));
  return tokens;
}
