/**
 * `npm run bench`: what the macro costs on a template of 500 resources, its log line included, against parsing and
 * printing the same bytes in the same run, since single times say little on a shared machine: the bytes that it is
 * given, and those that it answers. Repositories grow sixfold in its hands, so one of nothing else has a budget for
 * what it answers only.
 */
import type { JsonObject } from '../core/json.ts';
import { handler } from '../functions/macro/handler.ts';

const budget = 1.5;
const resourceCount = 500;
const rounds = 400;

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
const template = (resource: (index: number) => JsonObject): JsonObject => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Resources: Object.fromEntries(
    Array.from({ length: resourceCount }, (_, index) => [`Resource${index}`, resource(index)]),
  ),
});
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
console.log(`${resourceCount} resources, median of ${rounds} rounds, in times parse + print:`);
console.log(`${''.padEnd(34)}${'of what it is given'.padStart(22)}${'of what it answers'.padStart(22)}`);
let isOver = false;
for (const { name, fragment, budgetFor } of cases) {
  const event = { requestId: 'r', transformId: 't', params: {}, templateParameterValues: {}, fragment };
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
  const cell = (which: 'given' | 'answered') => {
    const ratio = median(times.macro) / median(times[which]);
    const isJudged = which === budgetFor;
    isOver ||= isJudged && ratio > budget;
    const size = `${(Buffer.byteLength(texts[which]) / 1024).toFixed(0)} KiB`;
    return `${size}: ${ratio.toFixed(2)}${isJudged ? ` of ${budget}` : ''}`.padStart(22);
  };
  console.log(`  ${name.padEnd(32)}${cell('given')}${cell('answered')}`);
}
if (isOver) process.exitCode = 1;

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  // The first rounds warm the compiler up.
  const sorted = values.slice(values.length / 3).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
