/** A node of a parsed template: text, a value, or a block. */
export type TemplateNode = string | ValueNode | BlockNode | GapNode | LinkNode;

/** A value: `{{code}}`. */
export interface ValueNode {
  readonly kind: 'value';
  readonly expression: Expression;
  /** As written in the template: `{{ user.name }}`. */
  readonly written: string;
  /** The name in messages: `user.name`, or the placeholder as written if it is not a plain variable. */
  readonly name: string;
}

/** A block: `{{#if link}}…{{else}}…{{/if}}`. The parser converts `unless` to an `if` with swapped branches. */
export interface BlockNode {
  readonly kind: 'block';
  readonly block: 'if' | 'each' | 'with';
  readonly subject: Expression;
  /** `{{#if count includeZero=true}}`. */
  readonly includeZero?: Expression | undefined;
  /** `{{#each list as |item index|}}`. */
  readonly params: readonly string[];
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[];
}

/** White space next to a value or block in a text alternative. As in HTML, adjacent gaps collapse. */
export interface GapNode {
  readonly kind: 'gap';
  readonly space: string;
}

/** The address of a link in a text alternative, shown after the text of the link. */
export interface LinkNode {
  readonly kind: 'link';
  readonly href: readonly TemplateNode[];
}

export type Expression = PathExpression | LiteralExpression | CallExpression;

/** `user.name`, `../code`, `@index`. */
export interface PathExpression {
  readonly kind: 'path';
  /** Empty for `this`. */
  readonly parts: readonly string[];
  /** The number of `../`. */
  readonly depth: number;
  /** Data such as `@index`, which blocks provide. */
  readonly isData: boolean;
  /** `this.name` and `./name`, which never refer to a block parameter. */
  readonly isScoped: boolean;
}

interface LiteralExpression {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null | undefined;
}

/** `(eq locale "de")`. */
export interface CallExpression {
  readonly kind: 'call';
  readonly helper: Helper;
  readonly args: readonly Expression[];
}

export type Helper = 'eq' | 'lookup' | 'unlink' | 'address' | 'duration' | 'date';
