/** The metrics of the centre, as lines of the log that CloudWatch reads. Pure. */
import { type CentralRegistry, type CentralTotals, unsafeCount } from '../../sweep/central/registries.ts';

const namespace = 'EcrHardeningCentral';

/**
 * In CloudWatch's embedded metric format: the sums over all registries, and three numbers of each registry that has reported.
 *
 * @param news the registries that have metrics of their own
 */
export function metricsOf(
  news: readonly CentralRegistry[],
  { registries, late, repositories, states, atRisk }: CentralTotals,
  { now, rejected }: { readonly now: number; readonly rejected: number },
): readonly object[] {
  const sums = line(now, [], {
    ...{ Registries: registries, RegistriesLate: late, Repositories: repositories },
    RepositoriesNotSafe: unsafeCount(states),
    RepositoriesFailed: states.failed ?? 0,
    ImagesAtRisk: atRisk.images,
    EventsRejected: rejected,
  });
  return [
    sums,
    ...news.map((each) => ({
      ...line(now, ['Account', 'Region'], {
        RepositoriesNotSafe: unsafeCount(each.states),
        RepositoriesFailed: each.states.failed ?? 0,
        ImagesAtRisk: each.atRisk.images,
      }),
      Account: each.account,
      Region: each.region,
    })),
  ];
}

function line(
  Timestamp: number,
  dimensions: readonly string[],
  values: Readonly<Record<string, number>>,
): object {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: 'Count' }));
  return {
    _aws: {
      Timestamp,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [dimensions], Metrics }],
    },
    ...values,
  };
}
