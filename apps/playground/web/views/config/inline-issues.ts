import { type Diagnostic, setDiagnosticsEffect } from '@codemirror/lint';
import { type Extension, RangeSet, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';

class IssueLine extends WidgetType {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super();
    this.diagnostic = diagnostic;
  }

  override eq({ diagnostic }: IssueLine) {
    return diagnostic.message === this.diagnostic.message && diagnostic.severity === this.diagnostic.severity;
  }

  toDOM() {
    const line = document.createElement('div');
    line.className = `cm-issue cm-issue-${this.diagnostic.severity}`;
    line.textContent = this.diagnostic.message;
    return line;
  }
}

/** Shows issues below their lines. */
export const inlineIssues: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, { effects, changes, newDoc }) {
    const told = effects.find((effect) => effect.is(setDiagnosticsEffect));
    if (told === undefined) return lines.map(changes);
    return RangeSet.of(
      told.value.map((diagnostic: Diagnostic) =>
        Decoration.widget({ widget: new IssueLine(diagnostic), block: true, side: 1 }).range(
          newDoc.lineAt(diagnostic.from).to,
        ),
      ),
      true,
    );
  },
  provide: (field) => EditorView.decorations.from(field),
});
