/** The application's parameters, from the function's environment. */

import { type HttpsForm, httpsFormOf } from '../../aws/sns/forms.ts';
import { isOneOf } from '../../core/json.ts';
import { type NotifyOn, notifyOns } from './alert.ts';
import { type Severity, type Threshold, thresholds } from './severity.ts';
import { parseSuppress, type Suppressions } from './suppression.ts';

export interface Settings {
  readonly threshold: Threshold;
  readonly notifyOn: NotifyOn;
  readonly topicArn: string;
  readonly httpsForm: HttpsForm;
  /** Undefined: every alert is sent at once. */
  readonly digest: DigestSettings | undefined;
  /** With `{commit}`, `{repository}` and `{tag}`; empty: no link. */
  readonly sourceUrlTemplate: string;
  readonly suppress: Suppressions;
  /** Whether tags of a repository can suppress its findings. */
  readonly allowSuppressionTags: boolean;
}

/** How alerts are collected for a digest. */
export interface DigestSettings {
  readonly queueUrl: string;
  /** From which severity on alerts are sent at once; undefined: none is. */
  readonly atOnceFrom: Severity | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws when a parameter has a value that is not allowed: Lambda then keeps the event, with the reason */
export function readSettings(environment: Environment): Settings {
  const { AlertSeverity, NotifyOn: notifyOn, AlertTopicArn, SourceUrlTemplate, Suppress } = environment;
  if (!isOneOf(thresholds, AlertSeverity))
    throw new Error(`the parameter AlertSeverity must be one of ${thresholds.join(', ')}`);
  if (!isOneOf(notifyOns, notifyOn))
    throw new Error(`the parameter NotifyOn must be one of ${notifyOns.join(', ')}`);
  const { AllowSuppressionTags: allowTags = 'true' } = environment;
  if (!isOneOf(['true', 'false'], allowTags))
    throw new Error('the parameter AllowSuppressionTags must be true or false');
  if (!AlertTopicArn) throw new Error('the parameter AlertTopicArn is missing');
  return {
    threshold: AlertSeverity,
    notifyOn,
    topicArn: AlertTopicArn,
    httpsForm: httpsFormOf(environment),
    digest: digestSettings(environment),
    sourceUrlTemplate: SourceUrlTemplate ?? '',
    suppress: parseSuppress(Suppress ?? ''),
    allowSuppressionTags: allowTags === 'true',
  };
}

/** Undefined without a queue. @throws when a parameter has a value that is not allowed */
export function digestSettings(environment: Environment): DigestSettings | undefined {
  const { AlertDigestQueueUrl: queueUrl = '', AlertAtOnceSeverity: atOnce = '' } = environment;
  if (atOnce !== '' && !isOneOf(thresholds, atOnce))
    throw new Error(`the parameter AlertAtOnceSeverity must be empty or one of ${thresholds.join(', ')}`);
  return queueUrl === '' ? undefined : { queueUrl, atOnceFrom: atOnce === '' ? undefined : atOnce };
}
