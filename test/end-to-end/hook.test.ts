import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as ecr from '@aws-sdk/client-ecr';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { stackResources } from '../../local/demo/deploy.ts';
import { projectRoot } from '../../local/paths.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { bootstrapCdk } from './support/cdk-bootstrap.ts';
import { bundleHook, hookFor } from './support/hook-stack.ts';
import { allowed, operationsOf, policiesOf } from './support/iam.ts';
import { newStack, repository, settings } from './support/new-stack.ts';
import { deniableRole } from './support/role-copy.ts';
import { clients } from './support/stacks.ts';

const deployed = { kind: 'deployed' };
const refused = {
  kind: 'failed',
  reason: 'Images: The following hook(s) failed: [EcrHardening::Repositories::Hook]',
};
const template = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...more,
  Resources: { Images: repository(properties) },
});
const named = (document: JsonObject): JsonObject => ({ ...document, Transform: 'EcrHardening' });
const policyKeeping = (countNumber: number) => ({
  LifecyclePolicyText: JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'The newest images stay, whatever their tags are',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
        action: { type: 'expire' },
      },
    ],
  }),
});
const safe = { ImageTagMutability: 'IMMUTABLE', ImageScanningConfiguration: { ScanOnPush: true } };

const [plain, underMacro, cdk, cdkUnderMacro, exempt, live, leftOut, other] = Array.from(
  { length: 8 },
  newStack,
);
const checked = [plain, underMacro, cdk, cdkUnderMacro, exempt, live, leftOut].map(
  (stack) => stack?.stackName ?? '',
);
let hook: Awaited<ReturnType<typeof hookFor>>;

/** The annotations of the newest result about a stack's resource. */
async function annotationsOf(logicalId = 'Images') {
  const [newest] = (await hook.results()).filter(({ Target }) => Target?.TargetId === logicalId);
  const { Status, Annotations = [] } = newest ?? {};
  return { Status, ...Object.fromEntries(Annotations.map((each) => [each.AnnotationName, each.Status])) };
}

/** What Cloud Control API reports of a request. */
async function cloudControl(operation: string, request: JsonObject): Promise<Record<string, string>> {
  const response = await fetch(clients.endpoint, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/cloudcontrolapi/aws4_request',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `CloudApiService.${operation}`,
    },
    body: JSON.stringify(request),
  });
  return JSON.parse(await response.text()).ProgressEvent;
}

/** The result of a request to Cloud Control API, by its token. */
async function resultOf(TargetId: string | undefined) {
  const { HookResults } = await clients.cloudformation.send(
    new cloudformation.ListHookResultsCommand({ TargetType: 'CLOUD_CONTROL', TargetId }),
  );
  const HookResultId = HookResults?.[0]?.HookResultId;
  return clients.cloudformation.send(new cloudformation.GetHookResultCommand({ HookResultId }));
}

beforeAll(async () => {
  hook = await hookFor(checked);
  expect(await hook.deploy()).toEqual(deployed);
});

test('the function reads at most 112 KiB at a cold start, and at most 592 KiB for a look', async () => {
  const files = await bundleHook();
  expect(Object.keys(files).toSorted()).toEqual(['handler.js', 'look.js']);
  const kibibytes = (name: string) => (files[name]?.length ?? 0) / 1024;
  expect(kibibytes('handler.js')).toBeLessThanOrEqual(112);
  expect(kibibytes('look.js')).toBeLessThanOrEqual(592);
  expect(Buffer.from(files['handler.js'] ?? []).toString()).not.toMatch(/aws-sdk|smithy/i);
});

describe('the hook', () => {
  test('warns about a plain stack, with annotations that can be read', async () => {
    expect(await plain?.deploy(template({}))).toEqual(deployed);
    expect(await annotationsOf()).toEqual({
      Status: 'HOOK_COMPLETE_FAILED',
      TagImmutability: 'FAILED',
      ScanOnPush: 'FAILED',
      LifecyclePolicy: 'FAILED',
      PublicAccess: 'PASSED',
      Retain: 'SKIPPED',
      Encryption: 'SKIPPED',
    });
    const [result] = await hook.results();
    expect(result).toMatchObject({
      FailureMode: 'WARN',
      TypeName: 'EcrHardening::Repositories::Hook',
      Target: { TargetType: 'RESOURCE', TargetTypeName: 'AWS::ECR::Repository', Action: 'CREATE' },
    });
    const annotation = result?.Annotations?.find(({ AnnotationName }) => AnnotationName === 'ScanOnPush');
    expect(annotation).toMatchObject({
      SeverityLevel: 'HIGH',
      StatusMessage: 'ScanOnPush is not set; ECR does not scan by default',
      RemediationMessage: expect.stringContaining('ScanOnPush: true'),
      RemediationLink: expect.stringMatching(/^https:\/\/docs\.aws\.amazon\.com\//),
    });
    const { StackEvents = [] } = await clients.cloudformation.send(
      new cloudformation.DescribeStackEventsCommand({ StackName: plain?.stackName }),
    );
    expect(StackEvents.flatMap(({ HookStatus }) => HookStatus ?? []).toSorted()).toEqual([
      'HOOK_COMPLETE_FAILED',
      'HOOK_IN_PROGRESS',
    ]);
    await plain?.delete();
  });

  describe('under FAIL', () => {
    beforeAll(async () => {
      expect(await hook.deploy({ FailureMode: 'FAIL' })).toEqual(deployed);
    });

    test('refuses a plain stack, and accepts the same under the macro', async () => {
      const name = `hook/${underMacro?.stackName}`;
      expect(await underMacro?.deploy(template({ RepositoryName: name }))).toEqual(refused);
      await expect(settings(name)).rejects.toThrow();
      await underMacro?.delete();
      expect(await underMacro?.deploy(named(template({ RepositoryName: name })))).toEqual(deployed);
      expect(await settings(name)).toMatchObject({ mutability: 'IMMUTABLE', scanOnPush: true });
      expect(await annotationsOf()).toMatchObject({
        Status: 'HOOK_COMPLETE_SUCCEEDED',
        TagImmutability: 'PASSED',
        ScanOnPush: 'PASSED',
        LifecyclePolicy: 'PASSED',
      });
    });

    test('may make the calls of its look, which read, and no other', async () => {
      const policies = await policiesOf('HookFunctionRole', hook.stack.stackName);
      const images = 'arn:aws:ecr:us-east-1:000000000000:repository/team/orders';
      const stack =
        'arn:aws:cloudformation:us-east-1:000000000000:stack/orders/51af3dc0-da77-11e4-872e-1234567db123';
      const elsewhere = (arn: string) => arn.replace('us-east-1', 'eu-west-1');
      const ofEcr = operationsOf('ecr', ecr);
      const ofStacks = operationsOf('cloudformation', cloudformation);
      expect(await allowed(policies, ofEcr, images)).toEqual([
        'ecr:BatchGetImage',
        'ecr:DescribeImages',
        'ecr:GetLifecyclePolicy',
        'ecr:ListPullTimeUpdateExclusions',
      ]);
      expect(await allowed(policies, ofStacks, stack)).toEqual(['cloudformation:DescribeStackResource']);
      // It names no repository.
      expect(await allowed(policies, ofEcr, elsewhere(images))).toEqual(['ecr:ListPullTimeUpdateExclusions']);
      expect(await allowed(policies, ofStacks, elsewhere(stack))).toEqual([]);
    });

    test('refuses a stack of the CDK, and accepts it under the macro', async () => {
      await bootstrapCdk();
      const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-hook-'));
      try {
        await promisify(execFile)(process.execPath, [join(projectRoot, 'examples', 'cdk', 'app.mjs')], {
          cwd: folder,
          env: { ...process.env, CDK_OUTDIR: folder },
        });
        const file = join(folder, 'Repositories.template.json');
        const { Transform, ...document } = parseTemplate(readFileSync(file, 'utf8'), file);
        expect(Transform).toBe('EcrHardening');
        // Other tests have a repository of the example's name.
        const own = (each: JsonObject): JsonObject =>
          JSON.parse(JSON.stringify(each).replaceAll('"cdk/orders"', '"cdk/hook"'));
        expect(await cdk?.deploy(own(document))).toMatchObject({
          kind: 'failed',
          reason: expect.stringMatching(
            /: The following hook\(s\) failed: \[EcrHardening::Repositories::Hook\]$/,
          ),
        });
        expect(await cdkUnderMacro?.deploy(named(own(document)))).toEqual(deployed);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test('accepts an exemption in the tag, which the macro writes from Metadata', async () => {
      const exemption = { Exempt: ['ScanOnPush'], Reason: 'scanned elsewhere' };
      const withMetadata = {
        Transform: 'EcrHardening',
        Resources: { Images: { ...repository({}), Metadata: { EcrHardening: exemption } } },
      };
      expect(await exempt?.deploy(withMetadata)).toEqual(deployed);
      expect(await annotationsOf()).toMatchObject({
        Status: 'HOOK_COMPLETE_SUCCEEDED',
        TagImmutability: 'PASSED',
        ScanOnPush: 'SKIPPED',
      });
      // Without the macro, by the tag alone; and then without it.
      const tagged = (Value: string) =>
        template({
          ...safe,
          ImageScanningConfiguration: { ScanOnPush: false },
          Tags: [{ Key: 'ecr-hardening:exempt', Value }],
        });
      expect(await hook.deploy({ FailureMode: 'FAIL', Enforcement: 'Reject' })).toEqual(deployed);
      expect(await exempt?.deploy(tagged('ScanOnPush: scanned elsewhere'))).toEqual(deployed);
      expect(await exempt?.deploy(tagged('ScanOnPush until 2026-01-31: scanned elsewhere'))).toEqual(refused);
      expect(
        await hook.deploy({ FailureMode: 'FAIL', Enforcement: 'Reject', AllowExemptions: 'false' }),
      ).toEqual(deployed);
      expect(await exempt?.deploy(tagged('ScanOnPush: scanned somewhere else'))).toEqual(refused);
      expect(await hook.deploy({ FailureMode: 'FAIL' })).toEqual(deployed);
    });

    test('refuses an update of a lifecycle policy that would expire an image in use, of a repository without a name', async () => {
      const at = (policy: JsonObject) => template({ ...safe, LifecyclePolicy: policy });
      expect(await live?.deploy(at(policyKeeping(50)))).toEqual(deployed);
      const [{ physicalId = '' } = {}] = await stackResources(clients.cloudformation, live?.stackName ?? '');
      const day = 24 * 60 * 60 * 1000;
      for (let index = 0; index < 4; index += 1) {
        const ago = (days: number) => new Date(Date.now() - days * day).toISOString();
        // The oldest was pulled just now.
        const annotations = {
          'local.pushed-at': ago(10 - index),
          ...(index === 0 ? { 'local.pulled-at': ago(0) } : {}),
        };
        const mediaType = 'application/vnd.oci.image.manifest.v1+json';
        const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, index, annotations });
        await clients.ecr.send(
          new ecr.PutImageCommand({ repositoryName: physicalId, imageManifest, imageTag: `v${index}` }),
        );
      }
      expect(await live?.deploy(at(policyKeeping(2)))).toEqual(refused);
      const [result] = await hook.results();
      expect(
        result?.Annotations?.find(({ AnnotationName }) => AnnotationName === 'LifecyclePolicy'),
      ).toMatchObject({
        Status: 'FAILED',
        StatusMessage: expect.stringMatching(
          /^The new LifecyclePolicy would expire 2 images, 1 of them pulled recently: v0 /,
        ),
      });
      expect(await live?.deploy(at(policyKeeping(4)))).toEqual(deployed);
      const role = await deniableRole(hook.stack.stackName, 'HookFunctionRole');
      await role.deny('cloudformation:DescribeStackResource');
      // What it cannot know passes.
      expect(await live?.deploy(at(policyKeeping(3)))).toEqual(deployed);
      expect(await annotationsOf()).toMatchObject({
        Status: 'HOOK_COMPLETE_SUCCEEDED',
        LifecyclePolicy: 'SKIPPED',
      });
      expect((await settings(physicalId)).lifecyclePolicyText).toBe(policyKeeping(3).LifecyclePolicyText);
    });

    test('checks what Cloud Control API creates and updates, but not its lifecycle policies', async () => {
      const desired = (properties: JsonObject) => ({
        TypeName: 'AWS::ECR::Repository',
        DesiredState: JSON.stringify(properties),
      });
      const plainOne = await cloudControl('CreateResource', desired({}));
      expect(plainOne).toMatchObject({
        OperationStatus: 'FAILED',
        ErrorCode: 'NonCompliant',
        StatusMessage: 'The following hook(s) failed: [EcrHardening::Repositories::Hook]',
      });
      expect(await resultOf(plainOne.HooksRequestToken)).toMatchObject({ Status: 'HOOK_COMPLETE_FAILED' });
      const made = await cloudControl(
        'CreateResource',
        desired({ ...safe, LifecyclePolicy: policyKeeping(9) }),
      );
      expect(made).toMatchObject({ OperationStatus: 'SUCCESS' });
      const changed = await cloudControl('UpdateResource', {
        TypeName: 'AWS::ECR::Repository',
        Identifier: made.Identifier ?? '',
        PatchDocument: JSON.stringify([{ op: 'replace', path: '/LifecyclePolicy', value: policyKeeping(1) }]),
      });
      expect(changed).toMatchObject({ OperationStatus: 'SUCCESS' });
      const { Status, Annotations } = await resultOf(changed.HooksRequestToken);
      expect(Status).toBe('HOOK_COMPLETE_SUCCEEDED');
      expect(Annotations?.find(({ AnnotationName }) => AnnotationName === 'LifecyclePolicy')).toMatchObject({
        Status: 'SKIPPED',
        StatusMessage: expect.stringContaining('Cloud Control API'),
      });
    });

    test('leaves other stacks alone, and those that its parameters leave out', async () => {
      expect(await other?.deploy(template({}))).toEqual(deployed);
      const ExcludedStackNames = `another,${leftOut?.stackName}`;
      expect(await hook.deploy({ FailureMode: 'FAIL', ExcludedStackNames })).toEqual(deployed);
      expect(await leftOut?.deploy(template({}))).toEqual(deployed);
      expect(await hook.deploy({ FailureMode: 'FAIL' })).toEqual(deployed);
      expect(await leftOut?.deploy(template({ EmptyOnDelete: true }))).toEqual(refused);
    });
  });
});
