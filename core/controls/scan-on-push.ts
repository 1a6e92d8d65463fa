import { describeKind } from '../json.ts';
import {
  answerUnsafe,
  type Control,
  type ControlMetadata,
  refuse,
  repositoryType,
  setDefault,
} from './control.ts';
import { hardenMember, hardenProperty } from './settle.ts';

const property = 'ImageScanningConfiguration';
const key = 'ScanOnPush';
// One object for all, so that equal decisions are told together.
const scanned = { [key]: true };
const byDefault = 'nothing was said, and ECR does not scan by default';

export const aboutScanOnPush: ControlMetadata = {
  name: 'ScanOnPush',
  title: 'Images are scanned when they are pushed',
  why: 'An image that is not scanned hides known vulnerabilities until somebody else finds them. Basic scanning on push costs nothing.',
  remediation:
    'Set ImageScanningConfiguration: {ScanOnPush: true}, or cover the repository by a rule of AWS::ECR::RegistryScanningConfiguration.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html',
  relatedChecks: ['Security Hub ECR.1', 'CT.ECR.PR.2', 'CKV_AWS_163', 'AWS-0030', 'W79'],
};

export const scanOnPush: Control = {
  name: 'ScanOnPush',
  types: [repositoryType],
  isOn: () => true,
  harden: (properties, _type, context) =>
    hardenProperty(properties, property, context, {
      absent: (path) => setDefault(context, path, scanned, byDefault),
      literal: (configuration, path, raw) =>
        hardenMember(configuration, path, raw, [key], context, {
          absent: (inner) => setDefault(context, inner, true, byDefault),
          literal: (scan, inner, before) => {
            // Booleans may be text, in whatever case a template's author and tools write them.
            const said = typeof scan === 'string' ? scan.toLowerCase() : scan;
            if (said === true || said === 'true') return before;
            if (said === false || said === 'false')
              return answerUnsafe(context, {
                path: inner,
                before,
                instead: true,
                reason: 'leaves pushed images unscanned, unless a rule of the registry covers them',
              });
            refuse(
              context,
              inner,
              `must be true or false${scan === before ? `, not ${describeKind(scan)}` : ''}`,
            );
            return before;
          },
        }),
    }),
};
