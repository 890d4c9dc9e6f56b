/** An error or a warning in a config or a template. */
export interface Issue {
  readonly severity: 'error' | 'warning';
  /** A stable code, such as `template_syntax`, `missing`, or `unknown_key`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** For a config: the path, such as `templates[2].subject`. Empty for the whole config. */
  readonly path?: string;
  /** For a template: its part. */
  readonly part?: TemplatePart;
  /** The position in the text. The first line and column are 1. */
  readonly line?: number;
  readonly column?: number;
}

/** The parts of a template. */
export type TemplatePart = 'subject' | 'content' | 'text' | 'replyTo' | 'sendFrom';
