/**
 * `npm run bench`: what the macro costs, as ratios measured in one run, since single times say little on a shared
 * machine. The macro is the bundle that SAM builds.
 *
 * - 500 resources, the log line included, against parsing and printing the same bytes: the bytes that it is given, and
 *   those that it answers. Repositories grow sixfold in its hands, so one of nothing else has a budget for what it
 *   answers only.
 * - A cold start, from a new process to its answer at Lambda's runtime API, against that of a function that does nothing:
 *   with defaults only, and where one more file has to be loaded. Both have the environment of the deployed function.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { asObject, type JsonObject } from '../core/json.ts';
import type { handler as macro } from '../functions/macro/handler.ts';
import { applicationTemplate, buildFunction } from './bundles.ts';
import { coldStarts } from './cold-start.ts';
import { lowestDecile, reportRatio } from './rows.ts';

const budget = 1.25;
const coldBudget = 1.1;
const resourceCount = 500;
const rounds = 400;
const coldRounds = 120;

const repository = (index: number): JsonObject => ({
  Type: 'AWS::ECR::Repository',
  Properties: { RepositoryName: `team/service-${index}`, Tags: [{ Key: 'team', Value: 'shop' }] },
});
const role = (index: number): JsonObject => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: `service-${index}`,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    Policies: [
      {
        PolicyName: 'queue',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
          ],
        },
      },
    ],
  },
});
const ownPolicy: JsonObject = {
  Statement: [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'ecr:BatchGetImage' }],
};
const withProperties = (resource: JsonObject, properties: JsonObject): JsonObject => ({
  ...resource,
  Properties: { ...asObject(resource.Properties), ...properties },
});
const template = (resource: (index: number) => JsonObject): JsonObject => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Resources: Object.fromEntries(
    Array.from({ length: resourceCount }, (_, index) => [`Resource${index}`, resource(index)]),
  ),
});
type Handler = typeof macro;
interface Case {
  readonly name: string;
  readonly fragment: JsonObject;
  readonly budgetFor: 'given' | 'answered';
}
const cases: readonly Case[] = [
  {
    name: 'one repository in ten resources',
    fragment: template((index) => (index % 10 === 0 ? repository(index) : role(index))),
    budgetFor: 'given',
  },
  { name: 'repositories only', fragment: template(repository), budgetFor: 'answered' },
];

const log = console.log;
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
try {
  const bundle = await buildFunction('MacroFunction', folder);
  const { handler }: { handler: Handler } = createRequire(import.meta.url)(bundle);
  for (const each of cases) await reportCase(each, handler);
  await reportColdStarts(bundle);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function reportCase({ name, fragment, budgetFor }: Case, handler: Handler): Promise<void> {
  const event = eventOf(fragment);
  const given = JSON.stringify(event);
  // The log line is made, and goes where it costs nothing.
  console.log = () => {};
  const answered = JSON.stringify(await handler(event));
  const texts = { given, answered };
  const times: Record<'macro' | 'given' | 'answered', number[]> = { macro: [], given: [], answered: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const which of ['given', 'answered'] as const)
      times[which].push(await time(async () => JSON.stringify(JSON.parse(texts[which]))));
    const parsed: unknown = JSON.parse(given);
    times.macro.push(await time(() => handler(parsed)));
  }
  console.log = log;
  for (const which of ['given', 'answered'] as const)
    reportRatio({
      what: `the macro, ${resourceCount} resources: ${name}`,
      against: `parsing and printing what it ${which === 'given' ? 'is given' : 'answers'}`,
      ratio: typical(times.macro) / typical(times[which]),
      ...(which === budgetFor ? { atMost: budget } : {}),
    });
}

/** A cold start, from a new process to its answer at the runtime API, of the bundle as SAM builds it. */
async function reportColdStarts(bundle: string): Promise<void> {
  const nothing = join(dirname(bundle), 'nothing.js');
  const answer =
    "async (event) => ({ requestId: event.requestId, status: 'success', fragment: event.fragment })";
  writeFileSync(nothing, `exports.handler = ${answer};`);
  const eventWith = (properties: JsonObject) =>
    JSON.stringify(eventOf({ Resources: { Orders: withProperties(repository(0), properties) } }));
  const usual = eventWith({});
  const times = await coldStarts(
    {
      nothing: { bundle: nothing, event: usual },
      usual: { bundle, event: usual },
      sentences: { bundle, event: eventWith({ ImageTagMutability: 'MUTABLE' }) },
      documents: { bundle, event: eventWith({ RepositoryPolicyText: ownPolicy }) },
    },
    coldRounds,
    deployedEnvironment(),
  );
  const empty = lowestDecile(times.get('nothing') ?? []);
  const reportStart = (what: string, name: string, atMost?: number) =>
    reportRatio({
      what: `the macro, cold start: ${what}`,
      against: 'a function that does nothing',
      ratio: lowestDecile(times.get(name) ?? []) / empty,
      ...(atMost === undefined ? {} : { atMost }),
    });
  reportStart('defaults are written', 'usual', coldBudget);
  reportStart('and a setting is reported', 'sentences');
  reportStart('and a policy is read', 'documents');
}

/** What the deployed function has, with each parameter's default; without the look at live repositories (bench/look.ts). */
function deployedEnvironment(): Record<string, string> {
  const { Globals, Parameters } = applicationTemplate();
  const variables = Object.entries<string>(Globals.Function.Environment.Variables);
  const values = variables.map(([name, value]) => [name, String(Parameters[value]?.Default ?? value)]);
  return { ...Object.fromEntries(values), LifecycleGuard: 'Off' };
}

function eventOf(fragment: JsonObject) {
  return { requestId: 'r', transformId: 't', params: {}, templateParameterValues: {}, fragment };
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The lower quartile, which what else runs on the machine disturbs least. */
function typical(values: readonly number[]): number {
  // The first rounds warm the compiler up.
  const sorted = values.slice(values.length / 3).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 4)] ?? 0;
}
