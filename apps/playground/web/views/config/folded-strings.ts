import { codeFolding, foldEffect } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { ViewPlugin } from '@codemirror/view';

/** The html of a template is one line of JSON, and would be most of the text. */
const LONG_STRING = /"(?:[^"\\\n]|\\.){160,}"/g;
/** Its beginning stays, to tell one from the other. */
const SHOWN = 24;

const longStrings = (text: string) =>
  [...text.matchAll(LONG_STRING)].map(({ 0: string, index }) => ({
    from: index + SHOWN,
    to: index + string.length - 1,
  }));

const formatSize = (characters: number) =>
  characters < 1000 ? `${characters} characters` : `${Math.round(characters / 100) / 10}k characters`;

/** Folds the long strings of a text when it is opened, and those that come by a paste or a change from outside. */
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
    // The editor refuses changes while it is being made.
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
