import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { corpusFolder, type Judgement, judgeCorpus } from './support/judgement.ts';

/** An outside judge over real templates: after the macro each repository passes it, or its author said otherwise. */
const suite = existsSync(corpusFolder) ? describe : describe.skip;

suite('Checkov over the corpus (skipped where there is no corpus)', () => {
  let judgements: readonly Judgement[] = [];
  beforeAll(() => {
    judgements = judgeCorpus().judgements;
  }, 120_000);

  test('there are repositories to judge, most of them unsafe before', () => {
    expect(judgements.length).toBeGreaterThan(30);
    expect(judgements.filter(({ before }) => !before.tags).length).toBeGreaterThan(judgements.length / 2);
  });

  test.each([
    ['tags', 'TagImmutability'],
    ['scanOnPush', 'ScanOnPush'],
    ['lifecycle', 'LifecyclePolicy'],
  ] as const)(
    '%s: every repository whose value can be known passes, but where its author wrote otherwise',
    (name, control) => {
      const failing = judgements
        .filter(
          ({ after, authors, undetermined }) =>
            !after[name] && authors[name] === undefined && !undetermined.includes(control),
        )
        .map(({ file, logicalId }) => `${file} ${logicalId}`);
      expect(failing).toEqual([]);
    },
  );

  test('nothing that passed before fails after', () => {
    const worse = judgements.filter(
      ({ before, after }) =>
        (before.tags && !after.tags) ||
        (before.scanOnPush && !after.scanOnPush) ||
        (before.lifecycle && !after.lifecycle),
    );
    expect(worse).toEqual([]);
  });
});
