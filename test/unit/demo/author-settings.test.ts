import { describe, expect, test } from '@jest/globals';
import { authorSettingsOf } from '../../../local/demo/author-settings.ts';

const today = '2026-11-24';
const nobody = { tags: undefined, scanOnPush: undefined, lifecycle: undefined };

function say(resource: object) {
  const text = JSON.stringify({ Resources: { R: { Type: 'AWS::ECR::Repository', ...resource } } });
  return authorSettingsOf(JSON.parse(text), 'R', today);
}

describe("what is the author's and not the macro's", () => {
  test('nothing, where nothing is said', () => {
    expect(say({})).toEqual(nobody);
    expect(authorSettingsOf({}, undefined)).toEqual(nobody);
  });

  test('what is written, as text or as an intrinsic', () => {
    const Properties = {
      ImageTagMutability: { Ref: 'Tags' },
      ImageScanningConfiguration: { ScanOnPush: false },
      LifecyclePolicy: { LifecyclePolicyText: '{}' },
    };
    expect(say({ Properties })).toEqual({
      tags: 'as written',
      scanOnPush: 'as written',
      lifecycle: 'as written',
    });
  });

  test('a whole property by an intrinsic, but not one that may be left out', () => {
    const choice = (otherwise: object) => ({ 'Fn::If': ['C', { ScanOnPush: false }, otherwise] });
    const scan = (value: object) => say({ Properties: { ImageScanningConfiguration: value } }).scanOnPush;
    expect(scan(choice({ ScanOnPush: true }))).toBe('as written');
    expect(scan(choice({ Ref: 'AWS::NoValue' }))).toBeUndefined();
  });

  test.each([
    [undefined, 'exempt'],
    ['2026-11-24', 'exempt'],
    ['2026-11-23', undefined],
  ])('an exemption until %s', (Until, tags) => {
    const own = { Exempt: ['TagImmutability'], Reason: 'x', ...(Until === undefined ? {} : { Until }) };
    expect(say({ Metadata: { EcrHardening: own } })).toEqual({ ...nobody, tags });
  });
});
