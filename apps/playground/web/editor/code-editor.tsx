import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, isolateHistory } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension, type TransactionSpec } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef } from 'react';
import type { Issue } from '../../src/wire/issue';
import { styleNonce } from '../page-settings';
import styles from './code-editor.module.css';
import { diagnosticsOf, offsetOf, type Place } from './diagnostics';
import { editorTheme } from './editor-theme';

export interface CodeEditorHandle {
  /** Moves the cursor to a position, and focuses the editor. */
  goTo(place: Place): void;
  /** Replaces the selection. */
  insert(text: string): void;
}

interface CodeEditorProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** The accessible name. */
  readonly label: string;
  /** The language. A new list creates a new editor. */
  readonly extensions: readonly Extension[];
  /** Issues to mark at their positions. */
  readonly issues?: readonly Issue[] | undefined;
  readonly ref?: Ref<CodeEditorHandle>;
}

/**
 * Replaces a selection. Otherwise, Chromium copies the style of the old text into attributes, which the
 * policy of the page blocks.
 */
const writeOverSelection = EditorView.domEventHandlers({
  beforeinput({ inputType, data }, view) {
    const { from, to, empty } = view.state.selection.main;
    if (inputType !== 'insertText' || data === null || empty) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    // For example, a handler that encloses the selection in brackets.
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    return true;
  },
});

/** Tab moves the focus, so that keyboard users can leave the editor. */
const base: Extension = [
  EditorView.cspNonce.of(styleNonce),
  EditorState.tabSize.of(2),
  EditorState.allowMultipleSelections.of(false),
  lineNumbers(),
  lintGutter(),
  history(),
  highlightActiveLine(),
  writeOverSelection,
  bracketMatching(),
  closeBrackets(),
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
  editorTheme,
];

export function CodeEditor({ value, onChange, label, extensions, issues = [], ref }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const create = useEffectEvent(
    (parent: Element) =>
      new EditorView({
        parent,
        doc: value,
        extensions: [
          base,
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) changed(state.doc.toString());
          }),
          ...extensions,
        ],
      }),
  );

  useEffect(() => {
    if (host.current === null) return;
    const view = create(host.current);
    editor.current = view;
    return () => view.destroy();
  }, [extensions, label]);

  useEffect(() => {
    const view = editor.current;
    const change = view && changeInto(view.state.doc.toString(), value.replaceAll('\r\n', '\n'));
    if (change) view.dispatch(change);
  }, [value]);

  useEffect(() => {
    const view = editor.current;
    if (view) view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc, issues)));
  }, [issues, extensions, label]);

  useImperativeHandle(ref, () => ({
    goTo(place) {
      const view = editor.current;
      if (!view) return;
      const anchor = offsetOf(view.state.doc, place);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    insert(text) {
      const view = editor.current;
      if (!view) return;
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: 'input' });
      view.focus();
    },
  }));

  return <div className={styles.editor} ref={host} />;
}

/** The smallest change between two texts, which keeps the cursor and folded ranges in place. */
function changeInto(before: string, after: string): TransactionSpec | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return {
    // One undo reverts the change, whatever was typed before.
    annotations: isolateHistory.of('full'),
    changes: { from: start, to: before.length - end, insert: after.slice(start, after.length - end) },
  };
}
