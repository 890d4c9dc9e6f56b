/**
 * The layers of the workspace, bottom up. A package imports from the layers below its own, and nothing
 * else of the workspace. Packages are listed by folder, and by npm name where the two differ.
 */
const LAYERS = [
  ['core'],
  ['postgres'],
  ['transport-smtp', 'transport-http', 'resilience', 'verification', 'templates', 'testing'],
  ['transport'],
  ['queue', 'config-tools'],
  ['http'],
  ['http-contract'],
  ['adapter-[^/]+', 'connector-smtp', 'cli'],
];

/** Packages whose tests use packages of the same layer: real transports to wrap, and real webhooks to mount. */
const USED_IN_TESTS = {
  resilience: ['transport-smtp', 'transport-http'],
  'adapter-express': ['adapter-webhooks'],
  'adapter-nestjs': ['adapter-webhooks'],
};

/** The folders of transport-smtp, bottom up. */
const SMTP_FOLDERS = ['config', 'provider', 'message', 'failure', 'connection', 'diagnosis'];
const SMTP_SOURCE = '^packages/transport-smtp/src';

/** What does I/O, among the builtins and among the packages that someone might reach for. */
const IO_BUILTINS =
  'child_process|cluster|dgram|dns|fs|http|http2|https|inspector|net|readline|repl|sqlite|tls|tty|wasi|worker_threads';
const IO_PACKAGES = 'nodemailer|smtp-server|undici';

// Tests, the fixtures that they share, and the contract suites that a package offers to other implementations.
const TEST =
  '(\\.test(-d)?\\.ts|\\bfixtures/.+\\.ts|\\bsrc/((store|counter)-)?contract\\.ts|\\bsrc/contract-harness\\.ts)$';

// An import of the workspace is seen as the file it resolves to (packages/core/dist/index.js), or as it
// was written (@postern/core) where that package has not been built yet.
const WORKSPACE = '^(packages|apps|@postern)/';
const inPackages = (names) => `^(packages|@postern)/(${names.join('|')})(/|$)`;

const layerRule = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment:
    'An import only goes down: core ← postgres ← transport-smtp, transport-http, resilience, verification, templates, testing ← transport ← queue, config-tools ← http ← http-contract ← adapter-*, cli ← apps. Move the code down, or pass what it needs as an argument.',
  from,
  to: { path: WORKSPACE, pathNot: inPackages(allowed) },
});

const layerRules = LAYERS.flatMap((packages, index) => {
  const from = `^packages/(${packages.join('|')})/`;
  const below = LAYERS.slice(0, index).flat();
  // A test of core that imported testing would be a cycle of packages.
  return index === 0
    ? [layerRule('layers', { path: from }, [...below, '$1'])]
    : [
        layerRule('layers', { path: from, pathNot: TEST }, [...below, '$1']),
        layerRule(
          'layers-of-tests',
          { path: `${from}.*${TEST}`, pathNot: `^packages/(${Object.keys(USED_IN_TESTS).join('|')})/` },
          [...below, '$1', 'testing'],
        ),
      ];
});

const smtpFolderRules = SMTP_FOLDERS.map((folder, index) => ({
  name: 'smtp-folders',
  severity: 'error',
  comment: `An import in transport-smtp only goes down: ${SMTP_FOLDERS.join(' ← ')} ← src.`,
  from: { path: `${SMTP_SOURCE}/${folder}/`, pathNot: TEST },
  to: { path: `${SMTP_SOURCE}/`, pathNot: `${SMTP_SOURCE}/(${SMTP_FOLDERS.slice(0, index + 1).join('|')})/` },
}));

/** The parts of nodemailer that transport-smtp uses, and what knows each: a file, or the login and the tokens for it. */
const NODEMAILER_PARTS = {
  'smtp-connection': 'connection/smtp-connection',
  'well-known': 'config/well-known-service',
  xoauth2: 'connection/(login|token-request)',
  dkim: 'message/dkim-signature',
};

const nodemailerRules = Object.entries(NODEMAILER_PARTS).map(([part, file]) => ({
  name: 'nodemailer-parts',
  severity: 'error',
  comment: 'NODEMAILER_PARTS says which file knows this part of nodemailer: ask that file.',
  from: { path: '^packages/transport-smtp/src/', pathNot: [TEST, `${SMTP_SOURCE}/${file}\\.ts$`] },
  to: { path: `nodemailer/(lib|dist/\\w+)/${part}(/|$)` },
}));

const ruleForTestsOf = ([name, used]) => {
  const layer = LAYERS.findIndex((packages) => packages.some((pattern) => RegExp(`^${pattern}$`).test(name)));
  return layerRule('layers-of-tests', { path: `^packages/${name}/.*${TEST}` }, [
    ...LAYERS.slice(0, layer).flat(),
    ...[name, 'testing', ...used],
  ]);
};

export default {
  forbidden: [
    ...layerRules,
    ...smtpFolderRules,
    ...nodemailerRules,
    ...Object.entries(USED_IN_TESTS).map(ruleForTestsOf),
    {
      name: 'apps-stand-alone',
      severity: 'error',
      comment: 'An app imports packages, never another app.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: WORKSPACE, pathNot: [inPackages(LAYERS.flat()), '^apps/$1/'] },
    },
    {
      name: 'package-has-a-layer',
      severity: 'error',
      comment: 'Give the new package its layer in .dependency-cruiser.mjs.',
      from: { path: '^packages/', pathNot: inPackages(LAYERS.flat()) },
      to: {},
    },
    {
      name: 'packages-by-name',
      severity: 'error',
      comment: 'Import another package by its name, not by a path into its folder.',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'packages-by-public-entry',
      severity: 'error',
      comment: 'Import what another package exports; its files are its own.',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: ['^packages/[^/]+/src/', '^@postern/[^/]+/(src|dist|lib)(/|$)'],
        // The entry of a private package is its source.
        pathNot: ['^$1/$2/', '^packages/(postgres|config-tools)/src/index\\.ts$'],
      },
    },
    {
      name: 'core-does-no-io',
      severity: 'error',
      comment:
        'core takes what it needs as arguments: files, sockets and processes belong to the packages above.',
      from: { path: '^packages/core/', pathNot: TEST },
      to: { path: [`^(node:)?(${IO_BUILTINS})(/|$)`, `(^|/node_modules/)(${IO_PACKAGES})(/|$)`] },
    },
    {
      name: 'mime-writer-runs-everywhere',
      severity: 'error',
      comment: 'The MIME writer uses Web APIs only, so that transports for other runtimes can share it.',
      from: { path: '^packages/core/src/mime', pathNot: TEST },
      to: { path: ['^node:', '(^|/)nodemailer(/|$)'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circular-imports',
      severity: 'error',
      comment: 'Move the shared code into its own file.',
      from: { path: '^(packages|apps)/' },
      to: { circular: true },
    },
  ],
  options: {
    // Imports of types count too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '^packages/[^/]+/(dist|lib)/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
