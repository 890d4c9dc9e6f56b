/** Something wrong, or likely wrong, with a text that is being edited: a config or a template. */
export interface Issue {
  readonly severity: 'error' | 'warning';
  /** Stable, for programs: `template_syntax`, `missing`, `unknown_key`, … */
  readonly code: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
  readonly hint?: string;
  /** Of a config: where in it, as people write it, such as `templates[2].subject`; empty for the whole. */
  readonly path?: string;
  /** Of a template: which of its texts. */
  readonly part?: TemplatePart;
  /** Where in the text, both counted from 1; absent where the text has no place for it. */
  readonly line?: number;
  readonly column?: number;
}

/** The texts of a template. */
export type TemplatePart = 'subject' | 'content' | 'text' | 'replyTo' | 'sendFrom';
