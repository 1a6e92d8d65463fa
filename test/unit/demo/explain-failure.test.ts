import { describe, expect, test } from '@jest/globals';
import { failureWords } from '../../../local/demo/explain-failure.ts';
import { registryWords } from '../../../local/demo/registry.ts';

const isBatch = (type: string) => type.startsWith('AWS::Batch::');

describe('why a deployment failed', () => {
  test("CloudFormation's own reason is not touched", () => {
    const reason = 'Transform 123456789012::EcrHardening failed with: Orders: no';
    expect(failureWords(reason, isBatch)).toBe(reason);
  });

  test('types that only the local AWS lacks are named as such', () => {
    expect(
      failureWords('Template format error: Unrecognized resource types: [AWS::Batch::JobQueue]', isBatch),
    ).toBe('the local AWS has no AWS::Batch::JobQueue; a real account has');
  });

  test('types that AWS lacks too are not promised of a real account', () => {
    const reason =
      'Template format error: Unrecognized resource types: [AWS::Batch::JobQueue, AWS::ECR::Repo, A::B::C]';
    expect(failureWords(reason, isBatch)).toBe(
      'the local AWS has no AWS::Batch::JobQueue; a real account has; and ' +
        'AWS has no resource type AWS::ECR::Repo and A::B::C of its own: mend the template',
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
