import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const CODE_IN_SUBJECT = /subject["']?\s*:\s*["'`][^"'`\n]*\{\{[^}]*\bcode\b/;

/** Documentation and configs that people copy. One guide shows how to put the code in the subject anyway. */
const examples = execFileSync(
  'git',
  ['ls-files', '-z', '--', '*.md', '*connector.json', ':(exclude)apps/docs/guides/codes-in-subjects.md'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\0')
  .filter(Boolean);

test('no example has a code in the subject', () => {
  expect(examples.length).toBeGreaterThan(20);
  const found = examples.filter((file) => CODE_IN_SUBJECT.test(readFileSync(new URL(file, ROOT), 'utf8')));
  expect(found).toEqual([]);
});
