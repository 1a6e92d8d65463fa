/** The metrics of the centre, as lines of the log that CloudWatch reads. Pure. */
import { type CentralRegistry, type CentralTotals, unsafeCount } from '../../sweep/central/registries.ts';

const namespace = 'EcrHardeningCentral';

type Values = Readonly<Record<string, number>>;

/**
 * In CloudWatch's embedded metric format: the sums over all registries, and up to three numbers of each registry that has reported.
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
    ...riskOf({ states, atRisk }),
    EventsRejected: rejected,
  });
  return [
    sums,
    ...news.map((each) => ({
      ...line(now, ['Account', 'Region'], {
        RepositoriesNotSafe: unsafeCount(each.states),
        RepositoriesFailed: each.states.failed ?? 0,
        ...riskOf(each),
      }),
      Account: each.account,
      Region: each.region,
    })),
  ];
}

/** Left out where it was not looked at, or could not be read, as by the keeper: a zero would end an alarm. */
function riskOf({
  action,
  states: { failed = 0 },
  atRisk: { images, unread },
}: Pick<CentralRegistry, 'states' | 'atRisk'> & Partial<Pick<CentralRegistry, 'action'>>): Values {
  const isAllKnown = action !== 'release' && failed + unread === 0;
  return isAllKnown || images > 0 ? { ImagesAtRisk: images } : {};
}

function line(Timestamp: number, dimensions: readonly string[], values: Values): object {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: 'Count' }));
  return {
    _aws: {
      Timestamp,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [dimensions], Metrics }],
    },
    ...values,
  };
}
