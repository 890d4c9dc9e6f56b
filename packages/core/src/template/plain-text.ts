import { compile, type HtmlToTextOptions } from 'html-to-text';

/** Far above any auth email; beyond it the derived text is cut instead of stalling the process. */
const MAX_INPUT_LENGTH = 1 << 20;

/** Elements inside elements; they are walked by recursion. */
const MAX_DEPTH = 200;

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
  selector,
  options: { uppercase: false },
}));

const options: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxDepth: MAX_DEPTH },
  selectors: [
    ...headings,
    // RFC 3986 appendix C: between these, mail readers see where a link ends.
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
    { selector: 'img', format: 'skip' },
    // Preheaders and other text that no reader of the html sees.
    { selector: '[hidden]', format: 'skip' },
    { selector: '[style*="display:none"]', format: 'skip' },
    { selector: '[style*="display: none"]', format: 'skip' },
  ],
};

/** Made when it is first needed: that takes longer than many an email. */
let convert: ((html: string) => string) | undefined;

/**
 * Derives the plain-text alternative of an html email. Lines are never wrapped, so that a code or a long
 * link stays in one piece, and every link shows its address.
 */
export function htmlToPlainText(html: string): string {
  convert ??= compile(options);
  return convert(html.slice(0, MAX_INPUT_LENGTH));
}
