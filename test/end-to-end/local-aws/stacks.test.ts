import { ContinueUpdateRollbackCommand } from '@aws-sdk/client-cloudformation';
import { beforeAll, expect, test } from '@jest/globals';
import { type DirectStack, directStack, until } from '../support/direct-stack.ts';
import { type Provider, provider } from '../support/provider.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const queue = { Type: 'AWS::SQS::Queue' };
let made: Provider;

beforeAll(async () => {
  made = await provider();
});

/** What happened to the stack and its resources, in order. */
const history = async (stack: DirectStack) => (await stack.events()).map(({ what }) => what);
/** The reason of an event. */
const reasonOf = async (stack: DirectStack, event: string) =>
  (await stack.events()).find(({ what }) => what === event)?.reason;
/** The requests to the custom resources of a stack. */
const requestsOf = async (stack: DirectStack) =>
  (await made.events()).filter(({ ResourceProperties }) => ResourceProperties.Of === stack.name);
/** A custom resource of a stack. */
const custom = (stack: DirectStack, properties: Record<string, string> = {}, dependsOn?: string) =>
  made.resource({ Of: stack.name, ...properties }, dependsOn);
const inProgress = (stack: DirectStack, logicalId: string, status: string) =>
  until(async () => (await stack.resource(logicalId).catch(() => undefined))?.status === status);

test('independent resources run at the same time, dependent ones one after the other, deletions in reverse', async () => {
  const stack = directStack();
  await stack.create({
    Resources: {
      A: custom(stack, { CreateMilliseconds: '300' }),
      B: custom(stack, { CreateMilliseconds: '300' }),
      C: custom(stack, {}, 'A'),
    },
  });
  expect(await stack.settled()).toBe('CREATE_COMPLETE');
  const events = await history(stack);
  expect(events.slice(0, 3)).toEqual([
    'stack CREATE_IN_PROGRESS',
    'A CREATE_IN_PROGRESS',
    'B CREATE_IN_PROGRESS',
  ]);
  expect(events.indexOf('A CREATE_COMPLETE')).toBeLessThan(events.indexOf('C CREATE_IN_PROGRESS'));
  await stack.delete();
  expect(await stack.settled()).toBe('DELETE_COMPLETE');
  const deletion = (await history(stack)).slice(events.length);
  expect(deletion.slice(0, 3)).toEqual([
    'stack DELETE_IN_PROGRESS',
    'B DELETE_IN_PROGRESS',
    'C DELETE_IN_PROGRESS',
  ]);
  expect(deletion.indexOf('C DELETE_COMPLETE')).toBeLessThan(deletion.indexOf('A DELETE_IN_PROGRESS'));
});

test('a function whose environment variables have more than 4 KB in all is refused, also by an update', async () => {
  const stack = directStack();
  const of = (characters: number) => ({
    Resources: {
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          ...{ Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile: 'exports.handler = 1;' } },
          Role: 'arn:aws:iam::000000000000:role/any',
          // As JSON, {"A":"..."} has eight characters more.
          Environment: { Variables: { A: 'x'.repeat(characters) } },
        },
      },
    },
  });
  await stack.create(of(4096 - 8));
  expect(await stack.settled()).toBe('CREATE_COMPLETE');
  await stack.update(of(4096 - 7));
  expect(await stack.settled()).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await reasonOf(stack, 'Function UPDATE_FAILED')).toContain('exceeded the 4KB limit');
  await stack.delete();
});

test('a failure cancels what is in progress, and its Delete has a generated id while its Create still runs', async () => {
  const stack = directStack();
  await stack.create({
    Resources: {
      Slow: custom(stack, { CreateMilliseconds: '20000' }),
      Failing: custom(stack, { CreateMilliseconds: '300', CreateAnswer: 'FAILED' }),
      Later: custom(stack, {}, 'Slow'),
    },
  });
  await inProgress(stack, 'Slow', 'CREATE_IN_PROGRESS');
  expect(await stack.resource('Slow')).toEqual({ status: 'CREATE_IN_PROGRESS', id: undefined });
  expect(await stack.settled()).toBe('ROLLBACK_COMPLETE');
  expect(await reasonOf(stack, 'Slow CREATE_FAILED')).toBe('Resource creation cancelled');
  expect(await reasonOf(stack, 'stack ROLLBACK_IN_PROGRESS')).toBe(
    'The following resource(s) failed to create: [Failing, Slow]. Rollback requested by user.',
  );
  const requests = await requestsOf(stack);
  expect(requests.map(({ RequestType }) => RequestType).toSorted()).toEqual([
    'Create',
    'Create',
    'Delete',
    'Delete',
  ]);
  const idOf = (logicalId: string) =>
    requests.find((each) => each.RequestType === 'Delete' && each.LogicalResourceId === logicalId)
      ?.PhysicalResourceId;
  expect(idOf('Slow')).toMatch(new RegExp(`^${stack.name}-Slow-[0-9A-F]{13}$`));
  expect(idOf('Failing')).toMatch(/^made-/);
});

test('a failed update sends back what it changed, cancelled resources too, and deletes what it made', async () => {
  const stack = directStack();
  await stack.create({
    Resources: { A: custom(stack, { V: '1' }), B: custom(stack, { V: '1' }), Same: queue },
  });
  expect(await stack.settled()).toBe('CREATE_COMPLETE');
  const { id } = await stack.resource('A');
  const before = (await history(stack)).length;
  await stack.update({
    Resources: {
      A: custom(stack, { V: '2', UpdateMilliseconds: '20000' }),
      B: custom(stack, { V: '2', UpdateMilliseconds: '300', UpdateAnswer: 'FAILED' }),
      New: custom(stack, { V: '2' }),
      Same: queue,
    },
  });
  await inProgress(stack, 'A', 'UPDATE_IN_PROGRESS');
  expect(await stack.resource('A')).toEqual({ status: 'UPDATE_IN_PROGRESS', id });
  expect(await stack.settled()).toBe('UPDATE_ROLLBACK_COMPLETE');
  const events = (await history(stack)).slice(before);
  expect(events.filter((what) => what.startsWith('stack'))).toEqual([
    'stack UPDATE_IN_PROGRESS',
    'stack UPDATE_ROLLBACK_IN_PROGRESS',
    'stack UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'stack UPDATE_ROLLBACK_COMPLETE',
  ]);
  // What the update does not change has no events.
  expect(events.filter((what) => what.startsWith('Same'))).toEqual([]);
  expect(await reasonOf(stack, 'A UPDATE_FAILED')).toBe('Resource update cancelled');
  expect(events.indexOf('New DELETE_IN_PROGRESS')).toBeGreaterThan(
    events.indexOf(events.find((what) => what.includes('CLEANUP')) ?? ''),
  );
  const back = (await requestsOf(stack)).filter(
    ({ RequestType, ResourceProperties }) => RequestType === 'Update' && ResourceProperties.V === '1',
  );
  expect(back.map(({ LogicalResourceId }) => LogicalResourceId).toSorted()).toEqual(['A', 'B']);
  expect(await stack.resource('A')).toEqual({ status: 'UPDATE_COMPLETE', id });
});

test('an update that cannot be sent back is UPDATE_ROLLBACK_FAILED, until its rollback is continued', async () => {
  const stack = directStack();
  // The rollback's Update has the old properties, so these are the ones that fail.
  await stack.create({ Resources: { A: custom(stack, { V: '1', UpdateAnswer: 'FAILED' }) } });
  await stack.settled();
  await stack.update({
    Resources: { A: custom(stack, { V: '2', UpdateAnswer: 'FAILED' }), New: custom(stack) },
  });
  expect(await stack.settled()).toBe('UPDATE_ROLLBACK_FAILED');
  expect(await stack.resource('A')).toMatchObject({ status: 'UPDATE_FAILED' });
  await clients.cloudformation.send(
    new ContinueUpdateRollbackCommand({ StackName: stack.name, ResourcesToSkip: ['A'] }),
  );
  expect(await stack.settled()).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await stack.resource('A')).toMatchObject({ status: 'UPDATE_COMPLETE' });
  await expect(stack.resource('New')).rejects.toThrow(/does not exist/);
});

test('while a request runs, its resource is in progress; what was replaced is so in the events alone', async () => {
  const stack = directStack();
  const becomes = async (properties: Record<string, string>) => {
    await stack.update({ Resources: { A: custom(stack, { Asks: 'yes', ...properties }) } });
    await stack.settled();
  };
  await stack.create({ Resources: { A: custom(stack, { Asks: 'yes', Id: 'one' }) } });
  await stack.settled();
  await becomes({ Id: 'one', V: '2' });
  await becomes({ Id: 'two' });
  // Its rollback is another Update.
  await becomes({ Id: 'two', V: '2', UpdateAnswer: 'FAILED' });
  await stack.delete();
  await stack.settled();
  const failed = directStack();
  await failed.create({
    Resources: { A: custom(failed, { Asks: 'yes', Id: 'three', CreateAnswer: 'FAILED' }) },
  });
  await failed.settled();
  const requests = [...(await requestsOf(stack)), ...(await requestsOf(failed))];
  const rows = requests.map((each) => [
    each.RequestType,
    each.PhysicalResourceId ?? null,
    ...(each.reported ?? []),
  ]);
  expect(rows.map((row) => row.slice(0, 4))).toEqual([
    ['Create', null, 'CREATE_IN_PROGRESS', null],
    ['Update', 'one', 'UPDATE_IN_PROGRESS', 'one'],
    ['Update', 'one', 'UPDATE_IN_PROGRESS', 'one'],
    ['Delete', 'one', 'UPDATE_COMPLETE', 'two'],
    ['Update', 'two', 'UPDATE_IN_PROGRESS', 'two'],
    ['Update', 'two', 'UPDATE_IN_PROGRESS', 'two'],
    ['Delete', 'two', 'DELETE_IN_PROGRESS', 'two'],
    ['Create', null, 'CREATE_IN_PROGRESS', null],
    ['Delete', 'three', 'DELETE_IN_PROGRESS', 'three'],
  ]);
  const deletes = rows.filter(([type]) => type === 'Delete');
  expect(deletes.map((row) => row[4])).toEqual(deletes.map(() => 'DELETE_IN_PROGRESS'));
});

test('the same of a nested stack', async () => {
  const [stack, bucket] = [directStack(), uniqueName('nested')];
  await fetch(`${clients.endpoint}/${bucket}`, { method: 'PUT' });
  const body = JSON.stringify({ Resources: { Inner: custom(stack, { Asks: 'yes', Id: 'inner' }) } });
  const TemplateURL = `${clients.endpoint}/${bucket}/template.json`;
  await fetch(TemplateURL, { method: 'PUT', body });
  await stack.create({
    Resources: { Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL } } },
  });
  expect(await stack.settled()).toBe('CREATE_COMPLETE');
  await stack.delete();
  expect(await stack.settled()).toBe('DELETE_COMPLETE');
  expect((await requestsOf(stack)).map(({ reported }) => reported?.slice(0, 2))).toEqual([
    ['CREATE_IN_PROGRESS', null],
    ['DELETE_IN_PROGRESS', 'inner'],
  ]);
});

test('a clean-up follows the update: what was replaced is deleted under its old id', async () => {
  const stack = directStack();
  await stack.create({ Resources: { A: custom(stack, { Id: 'first' }), Gone: custom(stack, {}) } });
  await stack.settled();
  await stack.update({ Resources: { A: custom(stack, { Id: 'second', DeleteMilliseconds: '400' }) } });
  expect(await stack.settled()).toBe('UPDATE_COMPLETE');
  expect(await stack.resource('A')).toEqual({ status: 'UPDATE_COMPLETE', id: 'second' });
  const events = await stack.events();
  const cleanUp = events.findIndex(({ what }) => what === 'stack UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  expect(
    events.findIndex(({ what, id }) => what === 'A DELETE_IN_PROGRESS' && id === 'first'),
  ).toBeGreaterThan(cleanUp);
  expect(events.map(({ what }) => what)).toContain('Gone DELETE_COMPLETE');
  await expect(stack.resource('Gone')).rejects.toThrow(/does not exist/);
});

test('DeleteStack during a creation cancels it, and deletes what there is', async () => {
  const stack = directStack();
  await stack.create({
    Resources: { Slow: custom(stack, { CreateMilliseconds: '20000' }), Done: custom(stack) },
  });
  await inProgress(stack, 'Done', 'CREATE_COMPLETE');
  await stack.delete();
  expect(await stack.settled()).toBe('DELETE_COMPLETE');
  expect(await reasonOf(stack, 'Slow CREATE_FAILED')).toBe('Resource creation cancelled');
  const deletions = (await requestsOf(stack)).filter(({ RequestType }) => RequestType === 'Delete');
  expect(deletions.map(({ LogicalResourceId }) => LogicalResourceId).toSorted()).toEqual(['Done', 'Slow']);
});

test('a stack that is being updated cannot be updated again, nor deleted', async () => {
  const stack = directStack();
  await stack.create({ Resources: { A: custom(stack, { V: '1' }) } });
  await stack.settled();
  await stack.update({ Resources: { A: custom(stack, { V: '2', UpdateMilliseconds: '500' }) } });
  await expect(stack.update({ Resources: { A: custom(stack, { V: '3' }) } })).rejects.toThrow(
    /^Stack:arn:\S+ is in UPDATE_IN_PROGRESS state and can not be updated\.$/,
  );
  await expect(stack.delete()).rejects.toThrow(
    /^Stack \[arn:\S+\] cannot be deleted while in status UPDATE_IN_PROGRESS$/,
  );
  expect(await stack.settled()).toBe('UPDATE_COMPLETE');
});

test('a rollback whose deletion fails is ROLLBACK_FAILED, and leaves what it depends on', async () => {
  const stack = directStack();
  await stack.create({
    Resources: {
      Base: custom(stack),
      Kept: custom(stack, { DeleteAnswer: 'FAILED' }, 'Base'),
      Failing: custom(stack, { CreateAnswer: 'FAILED' }, 'Kept'),
    },
  });
  expect(await stack.settled()).toBe('ROLLBACK_FAILED');
  expect(await stack.resource('Base')).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(await stack.resource('Kept')).toMatchObject({ status: 'DELETE_FAILED' });
  await stack.delete();
  expect(await stack.settled()).toBe('DELETE_FAILED');
  await stack.delete(['Kept']);
  expect(await stack.settled()).toBe('DELETE_COMPLETE');
  expect(await history(stack)).toContain('Base DELETE_COMPLETE');
});
