import { isUnknown } from '../known.ts';
import { always, type Control, type ControlMetadata } from './control.ts';
import { unknownIssue } from './control-issue.ts';

export const scanOnPushMetadata: ControlMetadata = {
  title: 'Images are scanned when they are pushed',
  why: 'Without a scan, known vulnerabilities in an image are not detected. Basic scanning on push is free.',
  remediation:
    'Set ImageScanningConfiguration: {ScanOnPush: true}, or add a rule for the repository to AWS::ECR::RegistryScanningConfiguration.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html',
  relatedChecks: ['Security Hub ECR.1', 'CT.ECR.PR.2', 'CKV_AWS_163', 'AWS-0030', 'W79'],
};

export const scanOnPush: Control<'ScanOnPush', 'scan-on-push-not-set' | 'not-scanned'> = {
  name: 'ScanOnPush',
  setting: 'scanOnPush',
  isOn: always,
  canBeUnsafe: true,
  check({ scanOnPush: isScanned }) {
    if (isUnknown(isScanned)) return unknownIssue(isScanned);
    if (isScanned === undefined) return [{ code: 'scan-on-push-not-set', verdict: 'missing', path: [] }];
    return isScanned ? [] : [{ code: 'not-scanned', verdict: 'unsafe', path: [], actual: false }];
  },
  safeDefault: () => ({ scanOnPush: true }),
};
