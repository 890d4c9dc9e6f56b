/** A template as a tree: text, values and blocks. */
export type TemplateNode = string | ValueNode | BlockNode | GapNode | LinkNode;

/** `{{code}}`: shows a value. */
export interface ValueNode {
  readonly kind: 'value';
  readonly expression: Expression;
  /** As written in the template: `{{ user.name }}`. */
  readonly written: string;
  /** What messages call it: `user.name`, or as written where it is not a plain variable. */
  readonly name: string;
}

/** `{{#if link}}…{{else}}…{{/if}}`. The parser turns `unless` into an `if` with swapped branches. */
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

/** White space of a text alternative, next to a value or a block. Gaps with nothing between them are one, as in html. */
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
  /** How many times it goes up: `../`. */
  readonly depth: number;
  /** `@index` and the like, which blocks provide. */
  readonly isData: boolean;
  /** `this.name` and `./name`, which never mean a block parameter. */
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

export type Helper = 'eq' | 'lookup' | 'unlink' | 'duration';
