import {
  type ParsedPlaceholders,
  parsePlaceholders,
  type TemplateProblem,
  TemplateSyntaxError,
  TOO_DEEP,
} from './placeholder-syntax.js';
import type { BlockNode, Expression, Helper, PathExpression, TemplateNode } from './template-node.js';

/** A variable that a template shows or tests. It is found without rendering the template. */
export interface TemplateVariable {
  /** The path as written: `application.name`. */
  path: string;
  /** The first part of the path: `application`. */
  root: string;
  /** Whether it is inside `{{#each}}` or `{{#with}}`, where a name can refer to a property of another variable. */
  inner: boolean;
  /** Whether it is written as `{{{x}}}` or `{{&x}}`, which Postern escapes like `{{x}}`. */
  unescaped: boolean;
}

/** A parsed and validated template. */
export interface ParsedTemplate {
  readonly nodes: readonly TemplateNode[];
  readonly variables: readonly TemplateVariable[];
}

const BLOCKS = ['if', 'unless', 'each', 'with'] as const;

const HELPERS: Readonly<Record<Helper, { count: string; example: string; arity: number }>> = {
  eq: { count: 'two values', example: 'a b', arity: 2 },
  lookup: { count: 'two values', example: 'a b', arity: 2 },
  unlink: { count: 'one value', example: 'organization.name', arity: 1 },
  address: { count: 'one value', example: 'recipient', arity: 1 },
  duration: { count: 'two values', example: 'expiresInSeconds "en"', arity: 2 },
  date: { count: 'three values', example: 'request.timestamp "en" request.timeZone', arity: 3 },
};

const ALLOWED_TEXT = `The available names are ${[...BLOCKS, ...Object.keys(HELPERS)].join(', ')}`;

const isBlock = (name: string): name is (typeof BLOCKS)[number] =>
  (BLOCKS as readonly string[]).includes(name);
const isHelper = (name: string): name is Helper => Object.hasOwn(HELPERS, name);

/** Parses a template, or returns its first problem. */
export function parseTemplate(
  text: string,
): { ok: true; template: ParsedTemplate } | { ok: false; problem: TemplateProblem } {
  try {
    return { ok: true, template: toTemplate(parsePlaceholders(text)) };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { ok: false, problem: error.problem };
    // The scan does not detect nested calls with braces in their strings.
    if (error instanceof RangeError) return { ok: false, problem: { message: TOO_DEEP, line: 1, column: 1 } };
    throw error;
  }
}

type Statement =
  | hbs.AST.MustacheStatement
  | hbs.AST.BlockStatement
  | hbs.AST.ContentStatement
  | hbs.AST.CommentStatement
  | (hbs.AST.Node & { type: keyof typeof REFUSED });

const REFUSED = {
  PartialStatement: 'Partials ({{> …}}) are not supported. Insert their content instead',
  PartialBlockStatement: 'Partials ({{#> …}}) are not supported. Insert their content instead',
  DecoratorBlock: 'Decorators ({{#* …}}) are not supported',
  Decorator: 'Decorators ({{* …}}) are not supported',
};

type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression;

/** Converts the Handlebars AST to ours, and refuses syntax that is not supported. */
function toTemplate({ program, reveal, excerpt }: ParsedPlaceholders): ParsedTemplate {
  const variables: TemplateVariable[] = [];
  /** The number of enclosing `each` and `with` blocks. */
  let scopes = 0;

  function toNodes(body: hbs.AST.Program | undefined): TemplateNode[] {
    const nodes: TemplateNode[] = [];
    for (const statement of (body?.body ?? []) as Statement[]) {
      const node = toNode(statement);
      const last = nodes.at(-1);
      if (typeof node === 'string' && typeof last === 'string') nodes[nodes.length - 1] = last + node;
      else if (node !== undefined && node !== '') nodes.push(node);
    }
    return nodes;
  }

  function toNode(node: Statement): TemplateNode | undefined {
    switch (node.type) {
      case 'ContentStatement':
        return reveal(node.value);
      case 'CommentStatement':
        return undefined;
      case 'MustacheStatement':
        return toValue(node);
      case 'BlockStatement':
        return toBlock(node);
      default:
        return reject(node, REFUSED[node.type]);
    }
  }

  function toValue(node: hbs.AST.MustacheStatement): TemplateNode {
    const written = excerpt(node.loc);
    if (node.params.length > 0 || node.hash) {
      const expression = toCall(node, (name) => `{{${name} …}}`);
      return { kind: 'value', expression, written, name: written };
    }
    const path = toPath(node.path, !node.escaped);
    return {
      kind: 'value',
      expression: path,
      written,
      name: path.isData ? written : path.parts.length === 0 ? 'this' : path.parts.join('.'),
    };
  }

  function toBlock(node: hbs.AST.BlockStatement): BlockNode {
    const name = calledName(node.path);
    if (!isBlock(name)) {
      const blocks = BLOCKS.map((block) => `{{#${block}}}`).join(', ');
      return reject(node, `{{#${name}}} is not a known block. The available blocks are ${blocks}`);
    }
    const [subject, second] = node.params;
    if (!subject) return reject(node, `{{#${name}}} requires a variable, such as {{#${name} link}}`);
    if (second) return reject(node, `{{#${name}}} takes one variable. To compare two, use {{#if (eq a b)}}`);
    const expression = toExpression(subject);
    const hash = new Map(node.hash?.pairs.map(({ key, value }) => [key, toExpression(value)]));
    const opensScope = name === 'each' || name === 'with';
    if (opensScope) scopes += 1;
    const body = toNodes(node.program);
    if (opensScope) scopes -= 1;
    const otherwise = toNodes(node.inverse);
    return {
      kind: 'block',
      block: name === 'unless' ? 'if' : name,
      subject: expression,
      includeZero: hash.get('includeZero'),
      params: (opensScope && node.program?.blockParams) || [],
      ...(name === 'unless' ? { body: otherwise, otherwise: body } : { body, otherwise }),
    };
  }

  function toExpression(node: hbs.AST.Expression): Expression {
    if (isPath(node)) return toPath(node, false);
    if (node.type === 'SubExpression') return toCall(node as hbs.AST.SubExpression, (name) => `(${name} …)`);
    const { value } = node as hbs.AST.StringLiteral | hbs.AST.NumberLiteral | hbs.AST.BooleanLiteral;
    if (node.type === 'NullLiteral') return { kind: 'literal', value: null };
    if (node.type === 'UndefinedLiteral') return { kind: 'literal', value: undefined };
    return { kind: 'literal', value: typeof value === 'string' ? reveal(value) : value };
  }

  function toCall(node: Call, show: (name: string) => string): Expression {
    const name = calledName(node.path);
    if (isBlock(name))
      return reject(node, `${show(name)} is a block. Write it as {{#${name} …}}…{{/${name}}}`);
    if (!isHelper(name)) return reject(node, `${show(name)} calls an unknown helper. ${ALLOWED_TEXT}`);
    const { count, example, arity } = HELPERS[name];
    if (node.params.length !== arity || node.hash)
      return reject(node, `${show(name)} takes ${count}, such as (${name} ${example})`);
    return { kind: 'call', helper: name, args: node.params.map(toExpression) };
  }

  function toPath(node: hbs.AST.Node, unescaped: boolean): PathExpression {
    // `{{0}}` is a literal in Handlebars, and a variable in Logto.
    const parts = (isPath(node) ? node.parts : literalName(node)).map(reveal);
    const isData = isPath(node) && node.data;
    // Data such as `@index` is not a variable. In every block, `@root.code` is `code`.
    const path = isData ? parts.slice(1) : parts;
    const [root] = path;
    if (root !== undefined && (!isData || parts[0] === 'root'))
      variables.push({ path: path.join('.'), root, inner: scopes > 0 && !isData, unescaped });
    return {
      kind: 'path',
      parts,
      depth: isPath(node) ? node.depth : 0,
      isData,
      isScoped: isPath(node) && /^(?:\.|this\b)/.test(node.original),
    };
  }

  return { nodes: toNodes(program), variables };
}

const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === 'PathExpression';

const literalName = (node: hbs.AST.Node): string[] =>
  'original' in node && !isPath(node) ? [String(node.original)] : [];

const calledName = (node: hbs.AST.Node): string =>
  isPath(node) ? node.original : (literalName(node)[0] ?? '');

function reject({ loc }: hbs.AST.Node, message: string): never {
  throw new TemplateSyntaxError({ message, line: loc.start.line, column: loc.start.column + 1 });
}
