/** The answer of a hook, within the limits of CloudFormation and Cloud Control API. Pure. */
import type { ControlResult, ResourceResult } from '../../cloudformation/resolved-resource.ts';
import { type ControlName, controlMetadata } from '../../core/controls/index.ts';
import type { PolicyChange } from '../../core/usage/policy-change.ts';
import { visible } from '../../core/visible.ts';
import {
  compliantMessage,
  controlStatusMessage,
  exemptionIssueMessage,
  exemptionTagRemediation,
  nonCompliantMessage,
  notCheckedAtAll,
  notLookedMessages,
  policyChangeMessage,
  policyChangeRemediation,
} from '../../wording/hook.ts';
import type { HookRequest } from './request.ts';

export type AnnotationStatus = 'PASSED' | 'FAILED' | 'SKIPPED';

/** What GetHookResult shows of one control. */
export interface Annotation {
  readonly annotationName: string;
  readonly status: AnnotationStatus;
  readonly statusMessage: string;
  readonly remediationMessage?: string;
  readonly remediationLink?: string;
  readonly severityLevel?: 'INFORMATIONAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
}

/** The answer, as CloudFormation documents it; never IN_PROGRESS. */
export interface HookAnswer {
  readonly hookStatus: 'SUCCESS' | 'FAILED';
  readonly errorCode?: 'NonCompliant';
  readonly message: string;
  readonly clientRequestToken: string;
  readonly annotations: readonly Annotation[];
}

/** What is known of a new lifecycle policy, or why it was not looked at; undefined where there is none. */
export type ChangeResult = PolicyChange | keyof typeof notLookedMessages | undefined;

// Longer messages are cut by AWS, in the middle of a word.
const maxMessage = { stack: 4096, cloudControl: 1024 } as const;
// An annotation may have 16,384 characters; nobody reads as many.
const maxAnnotation = 2048;

/** @param today as YYYY-MM-DD */
export function answerTo(
  request: HookRequest,
  { controls, exemptionIssue }: ResourceResult,
  change: ChangeResult,
  today: string,
): HookAnswer {
  const judged = controls.map((result) => withChange(judge(result, today), change));
  const said = (kinds: readonly Standing[]) =>
    judged
      .filter(({ standing }) => kinds.includes(standing))
      .map(({ annotation }) => ({ control: annotation.annotationName, message: annotation.statusMessage }));
  const failed = said(['non-compliant']);
  const isOfStack = request.stackId !== undefined;
  const isAllOfImages = typeof change === 'object' && change.kind === 'harms' && failed.length === 1;
  const advice = isAllOfImages ? 'images' : isOfStack ? 'template' : 'properties';
  const message =
    failed.length > 0
      ? nonCompliantMessage(request.type, failed, advice)
      : compliantMessage(request.type, { allowed: said(['allowed']), unknown: said(['unknown']) });
  return {
    ...(failed.length > 0 ? { hookStatus: 'FAILED', errorCode: 'NonCompliant' } : { hookStatus: 'SUCCESS' }),
    message: shorten(message, isOfStack ? maxMessage.stack : maxMessage.cloudControl),
    clientRequestToken: request.token,
    annotations: [
      ...judged.map(({ annotation }) => annotation),
      ...(exemptionIssue === undefined
        ? []
        : [
            annotationOf('Exemption', 'FAILED', exemptionIssueMessage(exemptionIssue), {
              remediationMessage: exemptionTagRemediation,
              severityLevel: 'LOW',
            }),
          ]),
    ],
  };
}

/** The answer about what is not checked at all: it may proceed. */
export function notChecked(token: string, why: keyof typeof notCheckedAtAll): HookAnswer {
  const message = notCheckedAtAll[why];
  return {
    hookStatus: 'SUCCESS',
    message,
    clientRequestToken: token,
    annotations: [annotationOf('EcrHardening', 'SKIPPED', message)],
  };
}

type Standing = 'fine' | 'non-compliant' | 'allowed' | 'unknown';

interface Judged {
  readonly control: ControlName;
  readonly standing: Standing;
  readonly annotation: Annotation;
}

function judge(result: ControlResult, today: string): Judged {
  const { control, kind } = result;
  const message = controlStatusMessage(result, today);
  const judged = (standing: Standing, status: AnnotationStatus): Judged => ({
    control,
    standing,
    annotation: ofControl(control, status, message),
  });
  switch (kind) {
    case 'passed':
      return judged('fine', 'PASSED');
    case 'failed':
      return judged(result.isNonCompliant ? 'non-compliant' : 'allowed', 'FAILED');
    case 'unknown':
      return judged('unknown', 'SKIPPED');
    case 'exempt':
    case 'not-checked':
      return judged('fine', 'SKIPPED');
    default:
      return kind satisfies never;
  }
}

function withChange(judged: Judged, change: ChangeResult): Judged {
  const { control, standing, annotation: before } = judged;
  if (control !== 'LifecyclePolicy' || change === undefined) return judged;
  if (typeof change === 'string')
    return { control, standing, annotation: ofControl(control, 'SKIPPED', notLookedMessages[change]) };
  const message = policyChangeMessage(change);
  switch (change.kind) {
    case 'harmless':
      return {
        control,
        standing,
        annotation: ofControl(control, 'PASSED', `${before.statusMessage}. ${message}`),
      };
    case 'harms': {
      const failed = ofControl(control, 'FAILED', message);
      const annotation = { ...failed, remediationMessage: policyChangeRemediation };
      return { control, standing: 'non-compliant', annotation };
    }
    case 'unknown':
    case 'not-found':
      return { control, standing: 'unknown', annotation: ofControl(control, 'SKIPPED', message) };
    default:
      return change satisfies never;
  }
}

// As Security Hub rates ECR.1; ECR.2, ECR.3 and ECR.5 are of medium severity
// (https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html).
const severities: { readonly [Name in ControlName]?: Annotation['severityLevel'] } = {
  PublicAccess: 'CRITICAL',
  ScanOnPush: 'HIGH',
};

/** The remediation is for what failed; the severity is that of a violation. */
function ofControl(control: ControlName, status: AnnotationStatus, message: string): Annotation {
  const { remediation, source } = controlMetadata[control];
  return annotationOf(control, status, message, {
    ...(status === 'FAILED' ? { remediationMessage: remediation } : {}),
    remediationLink: source,
    severityLevel: severities[control] ?? 'MEDIUM',
  });
}

function annotationOf(
  annotationName: string,
  status: AnnotationStatus,
  message: string,
  more: Omit<Annotation, 'annotationName' | 'status' | 'statusMessage'> = {},
): Annotation {
  return { annotationName, status, statusMessage: shorten(visible(message), maxAnnotation), ...more };
}

function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 3)}...`;
}
