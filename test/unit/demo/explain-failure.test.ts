import { describe, expect, test } from '@jest/globals';
import { explainFailure } from '../../../local/demo/explain-failure.ts';
import { registryWords } from '../../../local/demo/registry.ts';

const isBatch = (type: string) => type.startsWith('AWS::Batch::');

describe('why a deployment failed', () => {
  test("CloudFormation's own reason is not touched", () => {
    const reason = 'Transform 123456789012::EcrHardening failed with: Orders: no';
    expect(explainFailure(reason, isBatch)).toBe(reason);
  });

  test('types that only the local AWS lacks are named as such', () => {
    expect(
      explainFailure('Template format error: Unrecognized resource types: [AWS::Batch::JobQueue]', isBatch),
    ).toBe('the local AWS does not support AWS::Batch::JobQueue; a real account does');
  });

  test('types that AWS lacks too are not promised of a real account', () => {
    const reason =
      'Template format error: Unrecognized resource types: [AWS::Batch::JobQueue, AWS::ECR::Repo, A::B::C]';
    expect(explainFailure(reason, isBatch)).toBe(
      'the local AWS does not support AWS::Batch::JobQueue; a real account does; and ' +
        'AWS has no resource type AWS::ECR::Repo and A::B::C: fix the template',
    );
  });
});

describe("the registry's words", () => {
  test("are the code and the message of its error's JSON", () => {
    const body = '{"errors":[{"code":"TAG_INVALID","message":"no","detail":{}}]}';
    expect(registryWords(body)).toBe('TAG_INVALID: no');
  });

  test('are shown as they came when they are no such JSON', () => {
    expect(registryWords('<html>502</html>\n')).toBe('<html>502</html>');
    expect(registryWords('{}')).toBe('{}');
  });
});
