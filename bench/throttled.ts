/**
 * A `Custom::EcrSettings` over 200 repositories, each operation of ECR at 20 calls a second (a bucket of tokens): all
 * three settings are written, none is lost, and it takes hardly longer than the operation that is called most often
 * must take at that rate.
 */
import { handler } from '../functions/custom-resource/handler.ts';
import { startStubClaims } from './stub-claims.ts';
import { startStubRegistry } from './stub-registry.ts';
import { startSettings } from './stub-settings.ts';
import { functionArn, startStack } from './stub-stack.ts';

const repositories = 200;
const perSecond = 20;
const maxRatio = 1.2;
const remainingMs = 300_000;

const settings = startSettings(repositories);
const limits = Object.fromEntries(Object.keys(settings.answers).map((name) => [name, perSecond]));
const stub = await startStubRegistry({
  repositories,
  imagesEach: 0,
  latencyMs: 25,
  limits,
  answers: settings.answers,
});
const claims = await startStubClaims(10);
const stack = await startStack();
Object.assign(process.env, {
  AllowExpiringImagesInUse: 'true',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL_ECR: stub.url,
  AWS_ENDPOINT_URL_DYNAMODB: claims.url,
  AWS_ENDPOINT_URL_CLOUDFORMATION: stack.url,
  ClaimsTable: 'claims',
});
const LifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 100 },
      action: { type: 'expire' },
    },
  ],
});

const print = console.log;
// The function's own log.
console.log = () => {};
try {
  const begun = performance.now();
  await handler(
    {
      RequestType: 'Create',
      RequestId: 'one',
      ResponseURL: stack.url,
      StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/bench/one',
      LogicalResourceId: 'Settings',
      ResourceType: 'Custom::EcrSettings',
      ResourceProperties: {
        RepositoryName: '*',
        LifecyclePolicy: { LifecyclePolicyText },
        ProtectPulledWithinDays: 0,
      },
    },
    {
      getRemainingTimeInMillis: () => remainingMs - (performance.now() - begun),
      invokedFunctionArn: functionArn,
    },
  );
  report((performance.now() - begun) / 1000);
} finally {
  await stub.stop();
  await claims.stop();
  stack.stop();
}

function report(seconds: number): void {
  const done = [...settings.all.values()].filter(
    ({ imageTagMutability, imageScanningConfiguration, lifecyclePolicyText }) =>
      imageTagMutability === 'IMMUTABLE' &&
      JSON.stringify(imageScanningConfiguration) === '{"scanOnPush":true}' &&
      lifecyclePolicyText !== undefined,
  ).length;
  const passed = [...stub.calls].map(
    ([operation, calls]) => [operation, calls - (stub.throttledBy.get(operation) ?? 0)] as const,
  );
  const ideal = Math.max(...passed.map(([, calls]) => calls)) / perSecond;
  const ratio = seconds / ideal;
  print(`${done} of ${repositories} repositories done; ${stub.throttled()} calls throttled`);
  for (const [operation, calls] of passed) print(`  ${operation.padEnd(42)}${calls}`);
  print(`  ${ratio.toFixed(2)} times the ideal (${ideal.toFixed(1)} s at ${perSecond} calls a second)`);
  const isAsItShould = stack.answers.length === 1 && /"Status":"SUCCESS"/.test(stack.answers[0] ?? '');
  if (done < repositories || !isAsItShould || !(ratio <= maxRatio)) {
    print(`  NOT as it should be: at most ${maxRatio} times, and SUCCESS; answered ${stack.answers}`);
    process.exitCode = 1;
  }
}
