import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { httpsForms } from '../../../aws/sns/forms.ts';
import type { RegistryEvent } from '../../../core/registry-events/event.ts';
import { parseEvent } from '../../../core/registry-events/parse.ts';
import { eventsNotification } from '../../../functions/keeper/events-message.ts';
import { projectRoot } from '../../../local/paths.ts';
import type { EventOutcome } from '../../../sweep/events/events-context.ts';
import { isNews } from '../../../sweep/events/news.ts';
import { bareResult } from '../../../sweep/result-of.ts';
import { repositoryLike, safe, unsafe } from '../custom-resource/support/registry.ts';
import { type Server, startServer } from '../custom-resource/support/server.ts';
import { eventLike, type Handling, startEvents, terraform } from './support/events.ts';
import { registry } from './support/keeper.ts';

const events = join(projectRoot, 'events');
const goldens = join(projectRoot, 'test/golden-events');
const names = readdirSync(events).flatMap((file) => /^keeper-(.*)\.json$/.exec(file)?.[1] ?? []);
const home = { ...registry, ownRoles: ['arn:aws:iam::123456789012:role/ecr-hardening-KeeperEventsRole-1'] };

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.registry.repositories.clear();
  for (const { key } of server.claims.list()) server.claims.set(key, undefined);
});

// A few minutes after the events.
const now = Date.UTC(2026, 10, 29, 3, 5);
const minute = 60_000;
const createdAt = Date.UTC(2026, 10, 29, 3) / 1000;
const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const publicPolicy = policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' });
const keepNewest = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});
const images = [3, 2].map((age) => ({
  digest: `sha256:${String(age).repeat(64)}`,
  tags: [`v${age}`],
  pushedAt: createdAt - age * 86_400,
  lastPulledAt: createdAt - 3600,
}));

type Handle = ReturnType<typeof startEvents>;
const weaken = (name: string, settings = unsafe) =>
  server.registry.repositories.set(name, repositoryLike(settings, { createdAt }));

/** What was before the events of a file; by default, all repositories that they name are not safe. */
const before: Readonly<Record<string, (handle: Handle) => Promise<void>>> = {
  async weakened(handle) {
    await handle([eventLike('team/orders')], { now: () => now - 8 * minute });
    weaken('team/orders');
  },
  async 'left-alone'(handle) {
    await handle([eventLike('team/orders')], { now: () => now - 9 * minute });
    for (const at of [now - 8 * minute, now - 7 * minute]) {
      weaken('team/orders', { ...safe, mutability: 'MUTABLE' });
      const event = { subject: 'tagMutability', action: 'PutImageTagMutability', by: terraform } as const;
      await handle([eventLike('team/orders', { ...event, at })], { now: () => at });
    }
    weaken('team/orders', { ...safe, mutability: 'MUTABLE' });
  },
  async policies() {
    server.registry.repositories.set(
      'team/orders',
      repositoryLike(safe, { createdAt, lifecycle: keepNewest, images, policy: publicPolicy }),
    );
  },
};
const handlings: Readonly<Record<string, Handling>> = {
  stack: { stacks: { 'team/orders': 'orders-production' } },
  'stack-update': { stacks: { 'team/orders': 'orders-production' }, stackOwned: 'Mend' },
  burst: { mode: 'Report' },
};

/** As the function does it; what is not acted on stands in place of the message. */
async function notificationOf(name: string): Promise<string> {
  const handle = startEvents(server);
  const parsed = (JSON.parse(readFileSync(join(events, `keeper-${name}.json`), 'utf8')) as unknown[]).map(
    (each) => parseEvent(each, home),
  );
  const known = parsed.flatMap((each): readonly RegistryEvent[] =>
    each.kind === 'event' ? [each.event] : [],
  );
  for (const { repository } of known) weaken(repository);
  await before[name]?.(handle);
  const handling = { now: () => now, ...handlings[name] };
  const news = (await handle(known, handling)).filter(isNews);
  const others = parsed
    .flatMap((each) => (each.kind === 'event' ? [] : [`${JSON.stringify(each)}\n`]))
    .join('');
  if (news.length === 0) return others;
  const message = eventsNotification(
    news,
    { registry, mode: handling.mode ?? 'Mend' },
    { name: 'events-1', httpsForm: 'Chat' },
  );
  const { default: text, sqs, https } = JSON.parse(message.body);
  const machine = JSON.stringify({ ...JSON.parse(sqs), text: undefined }, null, 2);
  const { title } = JSON.parse(https).content;
  return [
    `Subject: ${message.subject}`,
    `Attributes: ${JSON.stringify(message.attributes)}`,
    `Chat: ${title}`,
    '',
    `${text}${others}`,
    machine,
    '',
  ].join('\n');
}

describe('the notification of', () => {
  test('every file of events is looked at', () => {
    expect(names.length).toBeGreaterThan(7);
    expect(
      readdirSync(goldens)
        .map((file) => file.replace(/\.txt$/, ''))
        .toSorted(),
    ).toEqual(names.toSorted());
  });

  test.each(httpsForms)(
    'a batch of events fits into a message of SNS, with AlertHttpsForm: %s',
    (httpsForm) => {
      const repositories = Array.from({ length: 100 }, (_, index) => `${'a'.repeat(200)}/${index}`);
      const outcomes = repositories.map((repository, index): EventOutcome => {
        const arn = `arn:aws:sts::111122223333:assumed-role/${'b'.repeat(60)}/[${index}]${'c'.repeat(60)}`;
        const stack = `arn:aws:cloudformation:us-east-1:111122223333:stack/${'d'.repeat(120)}/${index}`;
        return {
          repository,
          events: [eventLike(repository, { by: { ...terraform, arn } })],
          result: bareResult(
            { index, name: repository, arn: `arn:${repository}` },
            { state: 'left-to-stack', stack },
          ),
        };
      });
      const { body } = eventsNotification(
        outcomes,
        { registry, mode: 'Mend' },
        { name: 'events-1', httpsForm },
      );
      expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
      const { https } = JSON.parse(body);
      if (httpsForm === 'Chat')
        expect(JSON.parse(https).content.description).toMatch(
          /^The keeper has acted .{1,7900}\n… The rest is left out here/s,
        );
      const { repositories: listed, omitted } = JSON.parse(JSON.parse(body).sqs);
      expect(listed.length).toBeGreaterThan(0);
      expect(listed.length + omitted).toBe(repositories.length);
    },
  );

  test.each(names)('%s is as it was read and agreed to', async (name) => {
    const file = join(goldens, `${name}.txt`);
    const made = await notificationOf(name);
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, made);
    expect(made).toBe(readFileSync(file, 'utf8'));
  });

  test('a caller whose name has line breaks and links is about its own repository, and links to nothing', () => {
    const arn = 'arn:aws:iam::111122223333:user/x\n\nteam/payments: failed\n  see https://example.org/login';
    const by = {
      arn,
      role: undefined,
      kind: 'IAMUser',
      source: undefined,
      userAgent: undefined,
      invokedBy: undefined,
    };
    const outcome: EventOutcome = {
      repository: 'team/orders',
      events: [eventLike('team/orders', { by })],
      result: {
        ...{
          index: 0,
          name: 'team/orders',
          arn: 'arn:aws:ecr:eu-central-1:123456789012:repository/team/orders',
        },
        ...{ state: 'hardened', changes: [], notes: [] },
      },
    };
    const { body } = eventsNotification(
      [outcome],
      { registry, mode: 'Mend' },
      { name: 'events-1', httpsForm: 'Chat' },
    );
    const { default: text, https } = JSON.parse(body);
    expect(text.split('\n').filter((line: string) => line.startsWith('team/'))).toHaveLength(1);
    expect(JSON.parse(https).content.description).not.toContain('https://');
  });
});
