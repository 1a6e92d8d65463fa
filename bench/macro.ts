/**
 * `npm run bench`: what the macro costs on a template of 500 resources, its log line included, against parsing and
 * printing the same bytes: two figures of one run, since single times say little on a shared machine.
 */
import type { JsonObject } from '../core/json.ts';
import { handler } from '../functions/macro/handler.ts';

const budget = 1.5;
const resourceCount = 500;
const rounds = 60;

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
const templates: Readonly<Record<string, JsonObject>> = {
  'one repository in ten resources': template((index) =>
    index % 10 === 0 ? repository(index) : role(index),
  ),
  // Every resource is written to and grows sixfold: the worst there is, told without a budget.
  'repositories only, no budget': template(repository),
};

const log = console.log;
console.log(
  `${resourceCount} resources, median of ${rounds} rounds; the budget is ${budget} times parse + print`,
);
let isOver = false;
for (const [name, fragment] of Object.entries(templates)) {
  const event = { requestId: 'r', transformId: 't', params: {}, templateParameterValues: {}, fragment };
  const text = JSON.stringify(event);
  // The log line is made, and goes where it costs nothing.
  console.log = () => {};
  const floor: number[] = [];
  const macro: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(await time(async () => JSON.stringify(JSON.parse(text))));
    const parsed: unknown = JSON.parse(text);
    macro.push(await time(() => handler(parsed)));
  }
  console.log = log;
  const ratio = median(macro) / median(floor);
  isOver ||= ratio > budget && !name.endsWith('no budget');
  const size = `${(Buffer.byteLength(text) / 1024).toFixed(0)} KiB`;
  console.log(`  ${name.padEnd(32)} ${size.padStart(8)}  ${ratio.toFixed(2)}`);
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
