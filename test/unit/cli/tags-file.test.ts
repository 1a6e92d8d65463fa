import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTagsFile } from '../../../cli/tags-file.ts';
import { image } from '../audit/support/readings.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tags-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the tags of an earlier audit', () => {
  const arn = 'arn:aws:ecr:us-east-1:123456789012:repository/orders';
  const audit = (at: number, createdAt: number) => {
    const file = openTagsFile(join(folder, 'tags.jsonl'), at);
    const previous = file.previous({ arn, createdAt });
    file.record({ arn, createdAt }, [image(1, ['v1'])]);
    file.save();
    return previous;
  };

  test('are those of the same repository, and not of one that was deleted before it was created', () => {
    expect(audit(2000, 1000)).toBeUndefined();
    expect(audit(3000, 1000)).toMatchObject({ at: 2000, since: 2000 });
    // Its tag has moved meanwhile, as far as its name shows.
    expect(audit(5000, 4000)).toBeUndefined();
    expect(audit(6000, 4000)).toMatchObject({ at: 5000, since: 5000, moved: new Map() });
  });
});
