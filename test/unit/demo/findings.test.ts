import { expect, test } from '@jest/globals';
import { otherFindings } from '../../../local/demo/findings.ts';
import { parseTemplate } from '../../../template-text/parse.ts';

const template = `Resources:
  Plain: { Type: AWS::ECR::Repository }
  Kept: { Type: AWS::ECR::Repository, Properties: { ImageTagMutability: MUTABLE } }
  Exempt:
    Type: AWS::ECR::Repository
    Metadata: { EcrHardening: { Exempt: [ScanOnPush], Reason: scanned elsewhere } }
  Public:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryPolicyText:
        Statement: [{ Effect: Allow, Principal: '*', Action: ecr:BatchGetImage }]
`;

test('public policies, exemptions and values that the macro kept are told besides the table, and nothing that it set', () => {
  expect(otherFindings(parseTemplate(template, 't.yaml'), {}, '2026-11-28')).toEqual([
    expect.stringMatching(/^Kept\.Properties\.ImageTagMutability: .*; kept as written/),
    expect.stringMatching(/^Exempt\.Metadata\.EcrHardening\.Exempt: exempt: scanned elsewhere$/),
    expect.stringMatching(/^Public\.Properties\.RepositoryPolicyText.*kept as written/),
  ]);
});
