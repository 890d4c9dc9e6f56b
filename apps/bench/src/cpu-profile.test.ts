import { describe, expect, it } from 'vitest';
import { partOf, summarizeCpuProfile } from './cpu-profile.ts';

describe('partOf', () => {
  it.each([
    ['file:///home/ada/postern/packages/transport-smtp/dist/index.js', 'transport-smtp'],
    ['file:///home/ada/postern/packages/adapter-logto/lib/index.js', 'adapter-logto'],
    [
      'file:///p/node_modules/.pnpm/nodemailer@10.6.0/node_modules/nodemailer/dist/esm/qp/index.js',
      'nodemailer: qp',
    ],
    ['file:///p/node_modules/.pnpm/zod@4.6.7/node_modules/zod/v4/core/parse.js', 'zod'],
    [
      'file:///p/node_modules/@selderee/plugin-htmlparser2/lib/hp2-builder.mjs',
      '@selderee/plugin-htmlparser2',
    ],
    ['file:///p/node_modules/htmlparser2/dist/esm/Tokenizer.js', 'htmlparser2'],
    ['node:internal/streams/writable', 'Node: streams'],
    ['node:net', 'Node: net'],
    ['file:///p/apps/bench/src/load.ts', 'bench'],
  ])('%s is %s', (url, part) => expect(partOf(url)).toBe(part));
});

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });

it('counts self time, assigns engine frames to their callers, and ignores idle time', () => {
  const core = 'file:///p/packages/core/dist/index.js';
  const { parts, functions } = summarizeCpuProfile({
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 4, 5, 7, 8] },
      { id: 2, callFrame: frame('render', core), children: [3, 6] },
      { id: 3, callFrame: frame('RegExp: a+') },
      { id: 4, callFrame: frame('(idle)') },
      { id: 5, callFrame: frame('(program)') },
      { id: 6, callFrame: frame('write', 'node:net') },
      { id: 7, callFrame: frame('(garbage collector)') },
      { id: 8, callFrame: frame('post', 'node:inspector') },
    ],
    samples: [2, 3, 4, 5, 6, 7, 2, 8],
    timeDeltas: [30, 10, 900, 10, 20, 10, 20, 500],
  });
  expect(parts).toEqual([
    { name: 'core', share: 0.6 },
    { name: 'Node: net', share: 0.2 },
    { name: 'Outside JavaScript: system calls and the event loop', share: 0.1 },
    { name: 'Garbage collection', share: 0.1 },
  ]);
  expect(functions[0]).toEqual({ name: 'render core/dist/index.js:10', share: 0.6 });
});
