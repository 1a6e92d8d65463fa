import { describe, expect, test } from '@jest/globals';
import { namesTransform, withTransform } from '../../../local/demo/transform.ts';

const Resources = { R: { Type: 'AWS::ECR::Repository' } };

describe('whether a template names the transform', () => {
  test.each([
    [{ Resources }, false],
    [{ Transform: null, Resources }, false],
    [{ Transform: 'EcrHardening', Resources }, true],
    [{ Transform: ['AWS::Serverless-2016-10-31', 'EcrHardening'], Resources }, true],
    [{ Transform: [{ Name: 'EcrHardening', Parameters: { KeepImages: 5 } }], Resources }, true],
    [{ Transform: { Name: 'EcrHardening' }, Resources }, true],
    [{ Transform: ['Other', { Name: 'EcrHardeningToo' }], Resources }, false],
    [{ Resources: { R: { Type: 'AWS::ECR::Repository', 'Fn::Transform': { Name: 'EcrHardening' } } } }, true],
    [{ Description: 'EcrHardening', Resources }, false],
  ])('%j: %s', (document, named) => {
    expect(namesTransform(document)).toBe(named);
  });
});

describe('adding the transform', () => {
  test.each([
    [undefined, ['EcrHardening']],
    ['AWS::LanguageExtensions', ['EcrHardening', 'AWS::LanguageExtensions']],
    [
      ['A', { Name: 'B' }],
      ['EcrHardening', 'A', { Name: 'B' }],
    ],
  ])('to %j gives %j, the macro first', (transform, expected) => {
    const document = transform === undefined ? { Resources } : { Transform: transform, Resources };
    const copy = structuredClone(document);
    expect(withTransform(document)).toEqual({ Transform: expected, Resources });
    expect(document).toEqual(copy);
  });
});
