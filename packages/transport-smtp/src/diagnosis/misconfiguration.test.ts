import { describe, expect, it } from 'vitest';
import { expectTableInDocs, tableRow } from '../../fixtures/docs-table.js';
import { MISCONFIGURATIONS, type Misconfiguration, type Scene } from '../../fixtures/misconfigurations.js';
import { createStage, type Stage } from '../../fixtures/stage.js';
import { applyConfigPatch, type DiagnoseConfig, type Diagnosis, diagnose } from '../index.js';

const run = (stage: Stage, { options }: Scene, config: DiagnoseConfig): Promise<Diagnosis> => {
  const { lookup, resolver } = stage;
  // A slow machine must not cause a timeout.
  return diagnose(config, {
    lookup,
    resolver,
    alternativePorts: [],
    deadlineMs: 60_000,
    ...options,
  });
};

const statusOf = ({ steps }: Diagnosis, name: string) => steps.find((step) => step.name === name)?.status;

/** The rows of the table in the docs by title, which the tests write in any order. */
const rows = new Map<string, string>();

function row({ title, fails }: Misconfiguration, { problem }: Diagnosis, stage: Stage): string {
  const { message = '', hint = '', patch } = problem ?? {};
  const change = patch ? `${hint} \`${JSON.stringify(patch)}\`` : hint;
  return tableRow(
    [title, `\`${fails}\``, message, change].map((text) =>
      stage.withNominalPorts(text).replace(/\d{4}-\d\d-\d\d/g, 'YYYY-MM-DD'),
    ),
  );
}

describe('a misconfiguration', () => {
  // Some wait for a timeout, so several run at a time.
  it.concurrent.each(MISCONFIGURATIONS)('$fails: $title', { timeout: 60_000 }, async (each) => {
    await using stage = createStage(each.host);
    const scene = await each.play(stage);
    const diagnosis = await run(stage, scene, scene.config);
    const { problem, steps, verdict } = diagnosis;

    expect(problem?.message).toMatch(each.says);
    // A problem of the config has no hint, and its message contains the fix.
    expect(problem?.hint ?? problem?.message).toMatch(each.cure);
    expect(steps.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([each.fails]);
    expect(verdict).toBe(each.verdict ?? 'broken');
    expect(problem?.temporary).toBe(each.verdict === 'temporary');
    expect(problem?.patch !== undefined).toBe(each.patch ?? false);
    expect(JSON.stringify(diagnosis)).not.toMatch(
      /correct-horse|wrong-horse|key-secret|old-secret|ya29|ada@example\.org/,
    );

    // The recommended change fixes the problem.
    const fixed = problem?.patch ? applyConfigPatch(scene.config, problem.patch) : scene.fix?.();
    if (fixed) {
      const after = await run(stage, scene, fixed);
      expect(['passed', 'warning']).toContain(statusOf(after, each.fails));
      expect(after.verdict).toBe('ready');
    }
    rows.set(each.title, row(each, diagnosis, stage));
  });

  it('has a row in docs/diagnosis.md', async () => {
    const inOrder = MISCONFIGURATIONS.map(({ title }) => rows.get(title) ?? '');
    await expectTableInDocs('cases', ['Problem', 'Failed step', 'Message', 'What to do'], inOrder);
  });
});
