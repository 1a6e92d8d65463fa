/** The metrics of a sweep, as a line of the log that CloudWatch reads: they need no permission and no call. Pure. */
import { releaseStates, resultStates } from '../../sweep/results.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';

/** In which the metrics are. */
export const metricNamespace = 'EcrHardening';

/**
 * One line in CloudWatch's embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
 * the metrics of the whole sweep, and one for each state, without dimensions.
 *
 * What was not looked at, or could not be read, is left out: a zero would end an alarm, and so would a release in place of a sweep.
 */
export function metricsOf({ info, states, atRisk, endedAt }: SweepSummary): object {
  const { failed = 0 } = states;
  const isSweep = info.action === 'sweep';
  const isRiskKnown = isSweep && (failed + atRisk.unread === 0 || atRisk.images > 0);
  const whole = {
    RepositoriesFailed: failed,
    ...(isRiskKnown ? { RepositoriesAtRisk: atRisk.repositories, ImagesAtRisk: atRisk.images } : {}),
    ...(isSweep
      ? {
          Sweeps: 1,
          SweepSeconds: Math.round((endedAt - Date.parse(info.startedAt)) / 1000),
          // Since 1970: a dashboard cannot know how long ago a value was measured.
          SweepEndedAt: Math.round(endedAt / 1000),
        }
      : {}),
  };
  const known = isSweep ? resultStates : ([...releaseStates, 'failed', 'deleted'] as const);
  const byState = Object.fromEntries(known.map((state) => [stateMetric(state), states[state] ?? 0]));
  const metrics = [...Object.keys(whole), ...Object.keys(byState)].map((Name) => ({
    Name,
    Unit: Name === 'SweepSeconds' || Name === 'SweepEndedAt' ? 'Seconds' : 'Count',
  }));
  return {
    _aws: {
      Timestamp: endedAt,
      CloudWatchMetrics: [{ Namespace: metricNamespace, Dimensions: [[]], Metrics: metrics }],
    },
    ...whole,
    ...byState,
  };
}

/** The name of a state's metric, such as `StateWouldHarden`. */
export function stateMetric(state: (typeof resultStates)[number]): string {
  return `State${state
    .split('-')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('')}`;
}
