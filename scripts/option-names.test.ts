import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript5';
import { expect, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url));
const APPS = fileURLToPath(new URL('../apps', import.meta.url));

/** Names that follow a convention of other software, with or without the type that declares them. */
const OUTSIDE_CONVENTIONS: Readonly<Record<string, string>> = {
  connectionTimeout: 'nodemailer and the SMTP connector of Logto',
  greetingTimeout: 'nodemailer and the SMTP connector of Logto',
  socketTimeout: 'nodemailer and the SMTP connector of Logto',
  dnsTimeout: 'nodemailer and the SMTP connector of Logto',
  idleTimeout: 'nodemailer and the SMTP connector of Logto',
  'TokenAuth.expires': 'nodemailer; a time, not a duration',
  expiresInMinutes: 'a variable of templates, for people',
  expiresInSeconds: 'a variable of templates, for people',
  retryAfter: 'the Retry-After header (RFC 9110 section 10.2.3)',
  'LinkOptions.maxAge': 'Auth.js; in seconds',
  'options.timeout': 'Vitest and Jest',
  'CertificateFacts.daysLeft': 'a result of a diagnosis, for people',
};

const NAME_OF_DURATION =
  /timeout|ttl|interval|delay|window|cooldown|lease|grace|retention|backoff|duration|lifetime|valid(ity|for)|deadline|seconds|minutes|hours|days|after$|every|^keep|expiresin/i;
const TEXT_OF_DURATION = /\b(?:in|of) (?:milli)?seconds\b|\bin minutes\b|\bmilliseconds\b/i;

/** The type declarations of all entry points of published packages, as they are built. */
function findEntries(): string[] {
  return readdirSync(PACKAGES).flatMap((folder) => {
    const manifest = readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8');
    if (/"private": true/.test(manifest)) return [];
    const files = manifest.matchAll(/"(\.\/dist\/[\w-]+\.d\.ts)"/g);
    return [...new Set(Array.from(files, ([, file = '']) => join(PACKAGES, folder, file)))];
  });
}

/** An option that takes a number, with the type that declares it. */
interface NumberOption {
  readonly name: string;
  readonly isDuration: boolean;
}

/** Collects every number in the parameters of exported functions and methods. */
function findNumberOptions(entries: readonly string[]): NumberOption[] {
  const program = ts.createProgram([...entries], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const found = new Map<string, NumberOption>();
  const visitedInputs = new Set<ts.Type>();
  const visitedOutputs = new Set<ts.Type>();
  const isOurs = (symbol: ts.Symbol | undefined) =>
    symbol?.declarations?.some((each) => {
      const file = each.getSourceFile().fileName;
      return !file.includes('node_modules/.pnpm') && (file.startsWith(PACKAGES) || file.startsWith(APPS));
    }) ?? false;
  const partsOf = (type: ts.Type) => (type.isUnionOrIntersection() ? type.types : [type]);
  const isNumber = (type: ts.Type) => partsOf(type).some(({ flags }) => flags & ts.TypeFlags.NumberLike);

  function visitInput(type: ts.Type, owner: string): void {
    if (visitedInputs.has(type)) return;
    visitedInputs.add(type);
    for (const part of partsOf(type)) {
      if (part !== type) visitInput(part, owner);
      if (!(part.flags & ts.TypeFlags.Object)) continue;
      const named = part.aliasSymbol ?? part.getSymbol();
      const next = named && !named.name.startsWith('__') ? named.name : owner;
      for (const property of part.getProperties().filter(isOurs)) {
        const [declaration] = property.declarations ?? [];
        if (!declaration) continue;
        const ofProperty = checker.getTypeOfSymbolAtLocation(property, declaration);
        const name = `${next}.${property.name}`;
        const text = ts.displayPartsToString(property.getDocumentationComment(checker));
        if (isNumber(ofProperty))
          found.set(name, {
            name,
            isDuration: NAME_OF_DURATION.test(property.name) || TEXT_OF_DURATION.test(text),
          });
        visitInput(ofProperty, name);
      }
    }
  }

  /** Results have methods, and those have parameters. */
  function visitOutput(type: ts.Type): void {
    if (visitedOutputs.has(type)) return;
    visitedOutputs.add(type);
    for (const part of partsOf(type)) {
      if (part !== type) visitOutput(part);
      visitSignatures(part);
      for (const property of part.getProperties().filter(isOurs)) {
        const [declaration] = property.declarations ?? [];
        if (declaration) visitSignatures(checker.getTypeOfSymbolAtLocation(property, declaration));
      }
    }
  }

  function visitSignatures(type: ts.Type): void {
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
      for (const parameter of signature.getParameters()) {
        const [declaration] = parameter.declarations ?? [];
        if (declaration)
          visitInput(checker.getTypeOfSymbolAtLocation(parameter, declaration), parameter.name);
      }
      visitOutput(signature.getReturnType());
    }
  }

  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const [declaration] = symbol.declarations ?? [];
      if (!declaration) continue;
      if (symbol.flags & ts.SymbolFlags.Value)
        visitOutput(checker.getTypeOfSymbolAtLocation(symbol, declaration));
      if (/(?:Options|Input|Policy)$/.test(symbol.name) && symbol.flags & ts.SymbolFlags.Type)
        visitInput(checker.getDeclaredTypeOfSymbol(symbol), symbol.name);
    }
  }
  return [...found.values()];
}

const violates = ({ name, isDuration }: NumberOption) =>
  isDuration &&
  !/Ms$/.test(name) &&
  !(name in OUTSIDE_CONVENTIONS) &&
  !(name.replace(/.*\./, '') in OUTSIDE_CONVENTIONS);

test('every option with a duration is in milliseconds and has a name that ends in Ms', () => {
  const entries = findEntries();
  expect(entries.filter((entry) => !existsSync(entry))).toEqual([]);
  const options = findNumberOptions(entries);
  const names = options.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(40);
  expect(options.filter(violates).map(({ name }) => name)).toEqual([]);
  // It finds options of functions, of methods and in nested objects.
  for (const name of [
    'leaseMs',
    'graceMs',
    'cooldownMs',
    'windowMs',
    'intervalMs',
    'timeoutMs',
    'queryTimeoutMs',
  ])
    expect(names.some((each) => each.endsWith(`.${name}`))).toBe(true);
});

test('an option in seconds is found', () => {
  expect(violates({ name: 'Options.codeTtl', isDuration: NAME_OF_DURATION.test('codeTtl') })).toBe(true);
  expect(violates({ name: 'Options.codeTtlMs', isDuration: true })).toBe(false);
});
