/** The application's parameters, from the function's environment. */
import { isOneOf } from '../../core/json.ts';
import { type NotifyOn, notifyOns } from './alert.ts';
import { type Threshold, thresholds } from './severity.ts';
import { parseSuppress, type Suppressions } from './suppression.ts';

export interface Settings {
  readonly threshold: Threshold;
  readonly notifyOn: NotifyOn;
  readonly topicArn: string;
  /** With `{commit}`, `{repository}` and `{tag}`; empty: no link. */
  readonly sourceUrlTemplate: string;
  readonly suppress: Suppressions;
  /** Whether tags of a repository can suppress its findings. */
  readonly allowSuppressionTags: boolean;
}

/** @throws when a parameter has a value that is not allowed: Lambda then keeps the event, with the reason */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
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
    sourceUrlTemplate: SourceUrlTemplate ?? '',
    suppress: parseSuppress(Suppress ?? ''),
    allowSuppressionTags: allowTags === 'true',
  };
}
