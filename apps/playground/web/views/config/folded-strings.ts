import { codeFolding, foldEffect } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { ViewPlugin } from '@codemirror/view';

/** The HTML of a template is one long line of JSON. */
const LONG_STRING = /"(?:[^"\\\n]|\\.){160,}"/g;
/** The length of the visible start. */
const SHOWN = 24;

const longStrings = (text: string) =>
  [...text.matchAll(LONG_STRING)].map(({ 0: string, index }) => ({
    from: index + SHOWN,
    to: index + string.length - 1,
  }));

const formatSize = (characters: number) =>
  characters < 1000 ? `${characters} characters` : `${Math.round(characters / 100) / 10}k characters`;

/** Folds long strings in the initial text and in later changes, such as a paste. */
export const foldedStrings: Extension = [
  codeFolding({
    preparePlaceholder: (_state, { from, to }) => formatSize(to - from),
    placeholderDOM(_view, unfold, size: string) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'cm-foldPlaceholder';
      button.textContent = `… ${size}`;
      button.setAttribute('aria-label', `Show ${size} more`);
      button.onclick = unfold;
      return button;
    },
  }),
  ViewPlugin.define((view) => {
    // The editor rejects changes during its creation.
    queueMicrotask(() => {
      view.dispatch({ effects: longStrings(view.state.doc.toString()).map((range) => foldEffect.of(range)) });
    });
    return {};
  }),
  EditorState.transactionExtender.of(({ docChanged, changes, newDoc }) => {
    if (!docChanged) return null;
    const effects: ReturnType<typeof foldEffect.of>[] = [];
    changes.iterChanges((_fromA, _toA, fromB, toB) => {
      const inserted = newDoc.sliceString(fromB, toB);
      for (const { from, to } of longStrings(inserted)) {
        effects.push(foldEffect.of({ from: fromB + from, to: fromB + to }));
      }
    });
    return { effects };
  }),
];
