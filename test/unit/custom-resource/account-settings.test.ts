import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Json } from '../../../core/json.ts';
import { type Bench, startBench } from './support/bench.ts';
import { safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
  process.env.AllowAccountSettings = 'true';
});

beforeEach(() => bench.server.registry.account.clear());

afterAll(() => bench.stop());

const mounting = { AccountSettings: { BLOB_MOUNTING: 'ENABLED' } };
const writes = (steps: readonly { readonly step: string }[]) =>
  steps.filter(({ step }) => step === 'put account');

describe('account settings', () => {
  test('are refused where the application does not allow them, in a dry run too', async () => {
    for (const allowed of [undefined, 'false']) {
      if (allowed === undefined) delete process.env.AllowAccountSettings;
      else process.env.AllowAccountSettings = allowed;
      for (const more of [{}, { DryRun: true }]) {
        const { answer, calls, after } = await bench.run({
          before: unsafe,
          properties: { ...mounting, ...more },
        });
        expect(answer).toMatchObject({
          Status: 'FAILED',
          Reason:
            'AccountSettings BLOB_MOUNTING would change the whole account, which is refused unless the application is deployed with AllowAccountSettings: true.',
        });
        expect(after).toEqual(unsafe);
        expect(writes(calls)).toEqual([]);
      }
      // What is set already is no change, and a Delete changes no account setting.
      bench.server.registry.account.set('BLOB_MOUNTING', 'ENABLED');
      for (const sample of ['create', 'delete'] as const)
        expect((await bench.run({ sample, before: unsafe, properties: mounting })).answer).toMatchObject({
          Status: 'SUCCESS',
        });
      bench.server.registry.account.clear();
    }
    process.env.AllowAccountSettings = 'perhaps';
    const { answer } = await bench.run({ before: unsafe });
    process.env.AllowAccountSettings = 'true';
    expect(answer?.Reason).toContain('AllowAccountSettings must be true or false');
  });

  test('need no selection when given alone, and are written once', async () => {
    const run = { properties: { RepositoryName: undefined, ...mounting } };
    const { answer, calls } = await bench.run(run);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Matched: '0' } });
    expect(bench.server.registry.account.get('BLOB_MOUNTING')).toBe('ENABLED');
    expect(writes(calls)).toHaveLength(1);
    const again = await bench.run(run);
    expect(again.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(writes(again.calls)).toEqual([]);
  });

  test('go together with repositories', async () => {
    const { answer, after } = await bench.run({ before: unsafe, properties: mounting });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(safe);
    expect(bench.server.registry.account.get('BLOB_MOUNTING')).toBe('ENABLED');
  });

  test('are put back when a repository fails', async () => {
    const { answer, after } = await bench.run({
      before: unsafe,
      properties: mounting,
      fault: { step: 'put scanning', fault: 'blocked by the organisation', times: 1 },
    });
    expect(answer?.Reason).toContain('What had been changed was put back.');
    expect(after).toEqual(unsafe);
    expect(bench.server.registry.account.get('BLOB_MOUNTING')).toBe('DISABLED');
  });

  test('are told and not written in a dry run', async () => {
    const properties = { RepositoryName: undefined, ...mounting, DryRun: true };
    const { answer } = await bench.run({ properties });
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Data: { WouldChange: 'BLOB_MOUNTING DISABLED -> ENABLED' },
    });
    expect(bench.server.registry.account.size).toBe(0);
  });

  test('stay when the resource is deleted', async () => {
    const properties = { RepositoryName: undefined, ...mounting };
    await bench.run({ properties });
    expect((await bench.run({ sample: 'delete', properties })).answer).toMatchObject({ Status: 'SUCCESS' });
    expect(bench.server.registry.account.get('BLOB_MOUNTING')).toBe('ENABLED');
  });

  test.each<[Json, string]>([
    ['BLOB_MOUNTING', 'AccountSettings must be a map of name to value, not another string'],
    [{ BLOB_MOUNTNG: 'ENABLED' }, 'AccountSettings has an unknown name; did you mean BLOB_MOUNTING?'],
    [{ BLOB_MOUNTING: ['ENABLED'] }, 'AccountSettings.BLOB_MOUNTING must be text, not a list'],
    [{ BLOB_MOUNTING: '' }, 'AccountSettings.BLOB_MOUNTING must be text, not empty'],
    [{ BLOB_MOUNTING: 'SOMETIMES' }, 'ECR refuses the settings:'],
  ])('%j are refused', async (AccountSettings, reason) => {
    const properties = { RepositoryName: undefined, AccountSettings };
    const { answer } = await bench.run({ properties });
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(answer?.Reason).toContain(reason);
  });

  test('given alone take no settings of repositories', async () => {
    const properties = { RepositoryName: undefined, ...mounting, MutableTags: 'latest' };
    const { answer, calls } = await bench.run({ properties });
    expect(answer?.Reason).toContain('one of them selects repositories');
    expect(writes(calls)).toEqual([]);
  });
});
