import '../custom-resource/support/one-realm.ts';

import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createColors } from 'picocolors';
import type { ClaimItem } from '../../../aws/claims/claims-table.ts';
import { connectStacks, type StackState, type Stacks } from '../../../aws/cloudformation/stacks.ts';
import { deadlineIn } from '../../../aws/deadline.ts';
import type { ClaimModel, RecordView } from '../../../cli/claims/model.ts';
import { claimsCommand } from '../../../cli/commands/claims.ts';
import type { ClaimsOptions } from '../../../cli/commands/claims-options.ts';
import { claimsTableName } from '../custom-resource/support/claims-table.ts';
import { arnOf } from '../custom-resource/support/registry.ts';
import { type Server, startServer } from '../custom-resource/support/server.ts';

let server: Server;
beforeEach(async () => {
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  server = await startServer();
});
afterEach(() => server.stop());

const now = Date.UTC(2026, 10, 28, 12);
const stackArn = (name: string, account = '123456789012') =>
  `arn:aws:cloudformation:us-east-1:${account}:stack/${name}/1a2b3c`;
const claim = (stack: string, day: number) => ({
  holder: `${stack}-Settings`,
  stack: stackArn(stack),
  since: Date.UTC(2026, 10, day),
});

/** Bodies are the views themselves; what a release does to one is the core's, and tested there. */
const model: ClaimModel = {
  decode: ({ body }) => (body === 'of a later version' ? undefined : JSON.parse(body)),
  release: (item, holder) => {
    const view: RecordView = JSON.parse(item.body);
    const claims = view.claims.filter((each) => each.holder !== holder);
    return itemOf({ ...view, claims }, item.version + 1);
  },
  resume(item) {
    const { drift: _, ...view }: RecordView = JSON.parse(item.body);
    return itemOf(view, item.version + 1);
  },
};

function itemOf(view: RecordView, version = 1): ClaimItem {
  const holders = view.claims.map(({ holder }) => holder);
  return { key: view.repositoryArn, version, holders, body: JSON.stringify(view) };
}
const store = (name: string, view: Partial<RecordView>) => {
  const whole = { repositoryArn: arnOf(name), claims: [], inFlight: undefined, ...view };
  server.claims.set(arnOf(name), itemOf(whole, 3));
};

const stacksLike = (states: Record<string, StackState> = {}): Stacks & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    output: async (stackName) => (stackName === 'ecr-hardening' ? claimsTableName : undefined),
    async states(arns) {
      asked.push(...arns);
      return new Map(arns.map((arn) => [arn, states[arn] ?? 'exists']));
    },
  };
};
const run = (options: Partial<ClaimsOptions> = {}, stacks: Stacks = stacksLike()) =>
  claimsCommand(
    { region: 'us-east-1', endpointUrl: server.url, stackName: 'ecr-hardening', ...options },
    { model, colours: createColors(false), now, stacks },
  );
const lines = (text: string) => text.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));

describe('claims', () => {
  beforeEach(() => {
    store('payments/api', { claims: [claim('old', 1), claim('prod', 20)] });
    store('orders', { claims: [claim('prod', 20)] });
    server.claims.set('stop:prod', { key: 'stop:prod', version: 1, holders: [], body: '{}' });
  });

  test('are listed by repository, the one in effect first, with stacks that were deleted', async () => {
    const { text, code } = await run({}, stacksLike({ [stackArn('old')]: 'deleted' }));
    expect(code).toBe(0);
    expect(lines(text)).toEqual([
      'Claims in the table bench-claims',
      'repository | stack | since | status | holder',
      'orders | prod | 2026-11-20 | in effect | prod-Settings',
      'payments/api | prod | 2026-11-20 | in effect | prod-Settings',
      ' | old | 2026-11-01 | not in effect, stack deleted | old-Settings',
      '',
      '3 claims on 2 repositories.',
      '1 claim of stacks that were deleted: release them with --release HOLDER.',
      '',
    ]);
  });

  test('are listed as JSON', async () => {
    const { text } = await run({ json: true, repository: 'orders' });
    expect(JSON.parse(text)).toEqual({
      table: 'bench-claims',
      repositories: [
        {
          name: 'orders',
          arn: arnOf('orders'),
          claims: [
            {
              holder: 'prod-Settings',
              stack: stackArn('prod'),
              stackState: 'exists',
              since: '2026-11-20T00:00:00.000Z',
              inEffect: true,
            },
          ],
        },
      ],
    });
  });

  test('show a change that runs, and one that was interrupted', async () => {
    store('running', { claims: [claim('prod', 2)], inFlight: { holder: 'a', until: now + 60_000 } });
    store('interrupted', { inFlight: { holder: 'b', until: now - 60_000 } });
    const { text } = await run();
    expect(lines(text)).toContain(' | change in progress until 2026-11-28T12:01:00.000Z | a');
    expect(lines(text)).toContain('interrupted | change interrupted before 2026-11-28T11:59:00.000Z | b');
  });

  test('of stacks elsewhere are unknown, and CloudFormation is not asked about those', async () => {
    const elsewhere = { ...claim('far', 3), stack: stackArn('far', '999999999999') };
    store('orders', { claims: [elsewhere] });
    const stacks = stacksLike();
    const { text } = await run({ repository: 'orders' }, stacks);
    expect(stacks.asked).toEqual([]);
    expect(text).toContain('1 claim of stacks that could not be checked');
  });

  test('of the keeper outlive the stack of an earlier installation, where the table is in use', async () => {
    store('orders', { claims: [{ ...claim('ecr-hardening', 3), holder: 'keeper' }] });
    const stacks = stacksLike({ [stackArn('ecr-hardening')]: 'deleted' });
    const listed = async (table?: string) =>
      (await run({ repository: 'orders', ...(table && { table }) }, stacks)).text;
    expect(await listed()).not.toContain('deleted');
    expect(await listed(claimsTableName)).toContain('1 claim of stacks that were deleted');
  });

  test('of nobody are none', async () => {
    const { text } = await run({ repository: 'unknown' });
    expect(text).toContain('0 claims on 0 repositories.');
  });
});

describe('claims whose stacks cannot be checked', () => {
  beforeEach(() => store('orders', { claims: [claim('prod', 20)] }));
  const row = 'orders | prod | 2026-11-20 | in effect | prod-Settings';
  /** CloudFormation at this address. */
  async function runWith(
    endpoint: string,
    options: Partial<ClaimsOptions> = {},
    leftMs = 2_000,
    stop?: AbortSignal,
  ) {
    const deadline = deadlineIn(leftMs, stop);
    const stacks = connectStacks({ endpoint, region: 'us-east-1' }, deadline);
    try {
      return await run({ table: claimsTableName, ...options }, stacks);
    } finally {
      stacks.close();
      deadline.dispose();
    }
  }
  /** CloudFormation that answers each call with this error, and when it was asked three times. */
  async function failing<Value>(
    status: number,
    code: string,
    work: (url: string, thrice: AbortSignal) => Promise<Value>,
  ) {
    const thrice = new AbortController();
    let asked = 0;
    const failure = createServer((_request, response) => {
      asked += 1;
      if (asked === 3) thrice.abort();
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(`<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`);
    }).listen(0, '127.0.0.1');
    await once(failure, 'listening');
    const address = failure.address();
    try {
      const port = typeof address === 'object' ? address?.port : '';
      return await work(`http://127.0.0.1:${port}`, thrice.signal);
    } finally {
      failure.close();
    }
  }

  test('are listed where CloudFormation throttles the account, with the reason', async () => {
    const { text, code } = await failing(400, 'Throttling', (url, thrice) =>
      runWith(url, {}, 60_000, thrice),
    );
    expect(code).toBe(1);
    expect(lines(text)).toContain(row);
    expect(text).toContain(
      '1 claim of stacks that were not checked. CloudFormation throttles this account (Throttling): retry in some minutes.',
    );
    expect(text).not.toContain('not allowed');
  });

  test('are listed where CloudFormation cannot be reached, also as JSON', async () => {
    const { text, code } = await runWith('http://127.0.0.1:1', { json: true });
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({
      repositories: [{ name: 'orders', claims: [{ stackState: 'unknown' }] }],
      stacksNotChecked: expect.stringContaining('CloudFormation does not respond'),
    });
  });

  test('are listed where CloudFormation fails otherwise', async () => {
    const { text, code } = await failing(400, 'OptInRequired', (url) => runWith(url, {}, 60_000));
    expect(code).toBe(1);
    expect(text).toContain('CloudFormation could not be called (OptInRequired).');
  });
});

describe('claims --release', () => {
  beforeEach(() => {
    store('payments/api', { claims: [claim('old', 1), claim('prod', 20)] });
    store('orders', { claims: [claim('old', 20)] });
    store('other', { claims: [claim('prod', 20)] });
  });
  const holders = () => server.claims.list().map((item) => item.holders);

  test('removes the claims of the holder, and no other', async () => {
    const { text, code } = await run({ release: 'old-Settings' });
    expect({ text, code }).toEqual({
      text: 'Released 2 claims of old-Settings: orders, payments/api. Settings were not changed.\n',
      code: 0,
    });
    expect(holders()).toEqual([['prod-Settings'], [], ['prod-Settings']]);
    expect(
      server.calls.filter(({ operation }) => !['Scan', 'TransactWriteItems'].includes(operation)),
    ).toEqual([]);
  });

  test('keeps to one repository where one is named', async () => {
    const { text } = await run({ release: 'old-Settings', repository: 'orders', json: true });
    expect(JSON.parse(text)).toEqual({
      holder: 'old-Settings',
      released: ['orders'],
      busy: [],
      contended: [],
    });
    expect(holders()).toEqual([['old-Settings', 'prod-Settings'], [], ['prod-Settings']]);
  });

  test('leaves a repository alone while a change runs', async () => {
    store('orders', { claims: [claim('old', 20)], inFlight: { holder: 'x', until: now + 1000 } });
    const { text, code } = await run({ release: 'old-Settings', repository: 'orders' });
    expect({ text, code }).toEqual({
      text: 'orders: a change is in progress until 2026-11-28T12:00:01.000Z; retry after that.\n',
      code: 1,
    });
    expect(server.claims.get(arnOf('orders'))?.version).toBe(3);
  });

  test('reads again what somebody else has written meanwhile', async () => {
    const kept = server.claims.get(arnOf('orders'));
    server.latencyMs = 30;
    const releasing = run({ release: 'old-Settings', repository: 'orders' });
    while (!server.calls.some(({ operation }) => operation === 'Scan')) await new Promise(setImmediate);
    if (kept !== undefined) server.claims.set(kept.key, { ...kept, version: 9 });
    expect((await releasing).text).toContain('Released 1 claim of old-Settings: orders.');
    expect(server.claims.get(arnOf('orders'))).toMatchObject({ version: 10, holders: [] });
  });

  test('names a holder that holds nothing', async () => {
    await expect(run({ release: 'nobody' })).rejects.toThrow(
      'nobody holds no claim: ecr-hardening claims lists the holders.',
    );
  });
});

describe('claims --resume', () => {
  const drift = {
    drifts: [1, 2, 3].map((day) => ({
      at: Date.UTC(2026, 10, day),
      by: 'arn:aws:iam::123456789012:role/terraform',
      settings: ['tagMutability' as const],
      events: [`event-${day}`],
    })),
    left: { at: Date.UTC(2026, 10, 3), by: 'arn:aws:iam::123456789012:role/terraform', times: 3 },
  };
  beforeEach(() => {
    store('orders', { claims: [claim('old', 20)], drift });
    store('other', { claims: [claim('prod', 20)] });
  });

  test('lists what was undone, and by whom', async () => {
    const { text } = await run({});
    expect(text).toMatch(
      /undone 3 times, left alone since 2026-11-03 +arn:aws:iam::123456789012:role\/terraform/,
    );
    const { repositories } = JSON.parse((await run({ json: true })).text);
    expect(repositories).toMatchObject([
      {
        name: 'orders',
        drift: {
          leftAloneSince: '2026-11-03T00:00:00.000Z',
          drifts: [{ settings: ['tagMutability'] }, {}, {}],
        },
      },
      { name: 'other' },
    ]);
  });

  test('counts nothing any more, and keeps the claims', async () => {
    expect(await run({ resume: 'orders' })).toEqual({
      text: 'orders: the keeper works on it again. Settings were not changed.\n',
      code: 0,
    });
    const item = server.claims.get(arnOf('orders'));
    expect(JSON.parse(item?.body ?? '')).not.toHaveProperty('drift');
    expect(item).toMatchObject({ version: 4, holders: ['old-Settings'] });
  });

  test('waits for a change that runs', async () => {
    store('orders', { claims: [], drift, inFlight: { holder: 'x', until: now + 1000 } });
    expect(await run({ resume: 'orders', json: true })).toMatchObject({ code: 1 });
    expect(server.claims.get(arnOf('orders'))?.version).toBe(3);
  });

  test.each(['other', 'unknown'])('says that there is nothing to resume of %s', async (resume) => {
    await expect(run({ resume })).rejects.toThrow(`hardening of ${resume} was undone`);
  });

  test('is not combined with --release', async () => {
    await expect(run({ resume: 'orders', release: 'old-Settings' })).rejects.toThrow('not both');
  });
});

describe('claims that cannot be read', () => {
  test.each([
    ['a table that does not exist', { table: 'elsewhere' }, 'The table elsewhere does not exist'],
    ['a stack that does not exist', { stackName: 'elsewhere' }, 'The stack elsewhere does not exist'],
    [
      'a network without an answer',
      { table: 'any', endpointUrl: 'http://127.0.0.1:1' },
      'DynamoDB does not respond at http://127.0.0.1:1 (ECONNREFUSED): check --endpoint-url',
    ],
  ])('%s', async (_what, options, sentence) => {
    await expect(run(options)).rejects.toThrow(sentence);
  });

  test('a missing permission', async () => {
    server.plans.set('*', [{ step: 'find claims', fault: 'access denied', times: 1 }]);
    await expect(run()).rejects.toThrow('allow dynamodb:Scan on it');
  });

  test('an item of a later version', async () => {
    server.claims.set(arnOf('a'), { key: arnOf('a'), version: 1, holders: [], body: 'of a later version' });
    await expect(run()).rejects.toThrow('update ecr-hardening');
  });

  test('are no matter of the release of others', async () => {
    server.claims.set(arnOf('a'), { key: arnOf('a'), version: 1, holders: [], body: 'of a later version' });
    store('orders', { claims: [claim('old', 1)] });
    expect(await run({ release: 'old-Settings' })).toMatchObject({ code: 0 });
  });

  test('an item of something else', async () => {
    server.claims.set(arnOf('a'), { key: arnOf('a'), version: Number.NaN, holders: [], body: '{}' });
    await expect(run()).rejects.toThrow(
      'The claims table has an item for a that EcrHardening did not write: delete it in DynamoDB.',
    );
  });
});
