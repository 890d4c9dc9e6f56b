import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippetCompletion,
} from '@codemirror/autocomplete';
import { type Extension, Prec, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';

const MUSTACHE = /\{\{\{?[^}]*\}?\}\}/g;
/** `{{#if`, `{{else}}`, `{{/if`, and comments. */
const BLOCK = /^\{\{~?\s*(?:[#/^!]|else\b)/;

const variable = Decoration.mark({ class: 'cm-mustache' });
const block = Decoration.mark({ class: 'cm-mustache cm-mustache-block' });

function decorate({ visibleRanges, state }: EditorView): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges) {
    const text = state.sliceDoc(from, to);
    for (const { 0: mustache, index } of text.matchAll(MUSTACHE)) {
      marks.add(from + index, from + index + mustache.length, BLOCK.test(mustache) ? block : variable);
    }
  }
  return marks.finish();
}

/** Highlights mustaches. */
const handlebarsHighlighting: Extension = Prec.highest(
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = decorate(view);
      }
      update({ docChanged, viewportChanged, view }: ViewUpdate) {
        if (docChanged || viewportChanged) this.decorations = decorate(view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  ),
);

interface TemplateVariable {
  /** `application.name` */
  readonly path: string;
  readonly label?: string;
  readonly description?: string;
}

/** The block helpers of templates. */
const BLOCKS = [
  { name: 'if', of: 'variable', detail: 'when it is given' },
  { name: 'unless', of: 'variable', detail: 'when it is not' },
  { name: 'each', of: 'list', detail: 'for every item' },
  { name: 'with', of: 'variable', detail: 'inside of it' },
];

/** Completes variables and blocks after `{{`. */
const completeHandlebars =
  (variables: readonly TemplateVariable[]) =>
  (context: CompletionContext): CompletionResult | null => {
    const { state, pos } = context;
    const opened = context.matchBefore(/\{\{~?#?[\w.]*(?:\s+[\w.]*)?$/)?.text;
    if (opened === undefined) return null;
    // In `{{#if co`, only variables are completed.
    const isFirst = !/\s/.test(opened);
    const word = /#?[\w.]*$/.exec(opened)?.[0] ?? '';
    const isClosed = /^[^{\n]*\}\}/.test(state.sliceDoc(pos, state.doc.lineAt(pos).to));
    const end = isClosed ? '' : '}}';
    const paths = variables.map(
      ({ path, label, description }): Completion => ({
        label: path,
        apply: path + end,
        type: 'variable',
        ...(label !== undefined && { detail: label }),
        ...(description !== undefined && { info: description }),
      }),
    );
    const blocks = BLOCKS.map(({ name, of, detail }) =>
      snippetCompletion(`#${name} \${${of}}}}\n  \${}\n{{/${name}${end}`, {
        label: `#${name}`,
        detail,
        type: 'keyword',
      }),
    );
    const others: Completion = { label: 'else', apply: `else${end}`, type: 'keyword' };
    return {
      from: pos - word.length,
      options: isFirst ? [...paths, ...blocks, others] : paths,
      validFor: /^#?[\w.]*$/,
    };
  };

/** Handlebars in any language, with highlighting and completion. */
export const handlebars = (variables: readonly TemplateVariable[]): Extension => [
  handlebarsHighlighting,
  autocompletion({ override: [completeHandlebars(variables)], icons: false }),
];
