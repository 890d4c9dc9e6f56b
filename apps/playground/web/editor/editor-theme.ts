import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Uses the colors of the page, which follow its color scheme. */
const look = EditorView.theme({
  '&': {
    height: '100%',
    color: 'var(--ink)',
    backgroundColor: 'var(--surface)',
    fontSize: 'var(--text-small)',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { padding: '0.625rem 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 0.875rem 0 0.5rem' },
  '.cm-gutters': {
    backgroundColor: 'var(--sunken)',
    color: 'var(--muted)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '2rem', padding: '0 0.375rem 0 0.25rem' },
  '.cm-gutter-lint': { width: '1.125rem' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 0 0 0.1875rem' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ink) 4%, transparent)' },
  '& .cm-selectionBackground, & ::selection': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 20%, transparent)',
  },
  '.cm-lint-marker': { width: '0.75rem', height: '0.75rem', borderRadius: '50%', content: '""' },
  '.cm-lint-marker-error': { background: 'var(--bad)' },
  '.cm-lint-marker-warning': { background: 'var(--warn)' },
  '.cm-lintRange': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy 1.5px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-error': { textDecorationColor: 'var(--bad)' },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--warn)' },
  '.cm-tooltip': {
    maxWidth: 'min(30rem, calc(100vw - 2rem))',
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius-small)',
    backgroundColor: 'var(--raised)',
    boxShadow: 'var(--shadow)',
    fontFamily: 'var(--sans)',
    overflow: 'hidden',
  },
  '.cm-diagnostic': { padding: '0.5rem 0.75rem', borderLeft: '3px solid transparent', whiteSpace: 'normal' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-diagnosticText, .cm-explanation': { whiteSpace: 'pre-line' },
  '.cm-explanation': { padding: '0.5rem 0.75rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { maxHeight: '15rem', fontFamily: 'var(--mono)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.25rem 0.625rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--accent-soft)',
    color: 'var(--accent-strong)',
  },
  '.cm-completionDetail': { color: 'var(--muted)', fontFamily: 'var(--sans)', fontStyle: 'normal' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-tooltip.cm-completionInfo': { padding: '0.5rem 0.75rem', maxWidth: '20rem', whiteSpace: 'pre-line' },
  '.cm-foldPlaceholder': {
    margin: '0 0.25rem',
    padding: '0 0.375rem',
    fontSize: '0.75rem',
    lineHeight: '1.125rem',
    cursor: 'pointer',
    border: '1px solid var(--line)',
    borderRadius: '4px',
    backgroundColor: 'var(--sunken)',
    color: 'var(--muted)',
    fontFamily: 'var(--sans)',
  },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)' },
  '.cm-issue': {
    // CodeMirror measures without vertical margins.
    margin: '0 0.875rem 0 0.5rem',
    padding: '0.25rem 0.625rem',
    borderLeft: '3px solid var(--bad)',
    borderRadius: '0 var(--radius-small) var(--radius-small) 0',
    backgroundColor: 'var(--bad-soft)',
    fontFamily: 'var(--sans)',
    lineHeight: '1.45',
    whiteSpace: 'pre-line',
  },
  '.cm-issue-warning': { borderLeftColor: 'var(--warn)', backgroundColor: 'var(--warn-soft)' },
  // Handlebars in any language.
  '.cm-mustache, .cm-mustache *': { color: 'var(--accent)' },
  '.cm-mustache': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 10%, transparent)',
    borderRadius: '3px',
  },
  '.cm-mustache-block, .cm-mustache-block *': { color: 'var(--warn)' },
  '.cm-mustache-block': { backgroundColor: 'color-mix(in srgb, var(--warn) 12%, transparent)' },
});

const letters = HighlightStyle.define([
  { tag: [tags.tagName, tags.propertyName], color: 'var(--code-name)' },
  { tag: [tags.angleBracket, tags.punctuation, tags.bracket, tags.separator], color: 'var(--muted)' },
  { tag: [tags.attributeName, tags.className, tags.labelName], color: 'var(--code-attribute)' },
  { tag: [tags.string, tags.attributeValue], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.unit, tags.color, tags.atom], color: 'var(--code-value)' },
  { tag: [tags.comment, tags.meta, tags.documentMeta], color: 'var(--muted)' },
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--code-value)' },
  { tag: tags.character, color: 'var(--code-value)' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

export const editorTheme: Extension = [look, syntaxHighlighting(letters)];
