/** `--live`: what the default lifecycle policies of templates would do to the repositories that are there. Changes nothing. */
import { unreadable } from '../../audit/read/failures.ts';
import { RegistryUnreadable } from '../../audit/unreadable.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { connect } from '../../aws/ecr/connection.ts';
import type { Repository } from '../../aws/ecr/ecr.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { lifecyclePolicyReads } from '../../aws/ecr/lifecycle-policies.ts';
import { repositoryReads } from '../../aws/ecr/repositories.ts';
import { connectStackTags } from '../../aws/usage/stack-tags.ts';
import { connectUsage } from '../../aws/usage/usage.ts';
import type { ReviewDefault, ReviewedDefault } from '../../cloudformation/control-context.ts';
import { guardedFinding, textOfDefault } from '../../cloudformation/guarded-default.ts';
import { type Deployment, liveNames } from '../../cloudformation/live-names.ts';
import { applicationPolicy, type Policy } from '../../core/policy/policy.ts';
import type { GuardReport } from '../../core/usage/guard-report.ts';
import { guardDefaults } from '../../reconcile/guard-defaults.ts';
import type { TemplateDocument } from '../../template-text/document.ts';
import { type ExpandOptions, expandTemplate } from '../../template-text/expand.ts';
import { registryProblem } from '../../wording/audit/unreadable.ts';
import { withConnection } from '../connection.ts';
import { firstResponseMs } from '../connection-problem.ts';
import { collectDefaults } from '../findings.ts';
import type { LiveLook, LiveOptions } from './model.ts';

// Each call has its own time; this ends all of them.
const maxMs = 15 * 60_000;

/**
 * Looks at what the defaults of all templates would do: each repository is read once, and so are the users of images.
 *
 * @throws Problem if the repositories cannot be listed; whatever else is not read is part of the findings
 */
export async function lookAtTemplates(
  templates: readonly TemplateDocument[],
  options: ExpandOptions,
  live: LiveOptions,
): Promise<LiveLook> {
  const { policy } = applicationPolicy(options.environment);
  const collected = templates.map((template) => {
    const { defaults, options: collecting } = collectDefaults(options);
    expandTemplate(template.value, collecting);
    return { template, defaults };
  });
  const places = collected.flatMap(({ defaults }) => defaults);
  const reports =
    places.length === 0 ? [] : await withConnection(live, () => reportsOn(places, policy, live));
  const byPlace = new Map(places.map((place, index) => [place, reports[index]]));
  const reviews = new Map(
    collected.map(({ template, defaults }) => [template, reviewBy(defaults, byPlace, policy)]),
  );
  return {
    optionsFor(template) {
      const review = reviews.get(template);
      return review === undefined ? options : { ...options, review };
    },
  };
}

async function reportsOn(
  places: readonly ReviewedDefault[],
  { LifecycleGuardSources: required, ProtectPulledWithinDays: protectPulledWithinDays }: Policy,
  { region, profile, endpointUrl }: LiveOptions,
): Promise<readonly GuardReport[]> {
  const deadline = deadlineIn(maxMs);
  const settings = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    maxAttempts: 1,
  } as const;
  const patience = { callMs: 2 * 60_000, firstMs: firstResponseMs, maxDenials: 8, stop: deadline.signal };
  const connection = connect(settings, liveReads);
  const tags = connectStackTags(settings);
  const usage = connectUsage({ settings: () => settings, deadline });
  try {
    const ecr = connection.patiently(patience);
    const { deployment, repositories } = await listRegistry(connection.region, ecr.repositories, endpointUrl);
    // In a registry without repositories there is nothing to harm.
    if (deployment === undefined)
      return places.map(() => ({ outcome: { kind: 'write' }, affected: 0, remedy: undefined, unread: [] }));
    const { accountId: registryId } = deployment;
    return await guardDefaults(
      places.map((place) => ({ meant: liveNames(place, deployment), text: textOfDefault(place.finding) })),
      {
        ecr: { ...ecr, repositories: async () => repositories },
        stackTags: tags.patiently(patience),
        usage,
        registry: { registryId, region: deployment.region },
        required,
        protectPulledWithinDays,
        now: Date.now(),
      },
    );
  } finally {
    deadline.dispose();
    for (const each of [connection, tags, usage]) each.close();
  }
}

const liveReads = (calls: EcrCalls) => ({
  ...repositoryReads(calls),
  ...lifecyclePolicyReads(calls),
  ...imageReads(calls),
});

/** The account is that of the repositories. */
async function listRegistry(
  regionOf: () => Promise<string>,
  list: () => Promise<readonly Repository[]>,
  endpointUrl: string | undefined,
): Promise<{ readonly deployment: Deployment | undefined; readonly repositories: readonly Repository[] }> {
  try {
    const region = await regionOf().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      throw new RegistryUnreadable({ code: 'no-region', message }, undefined, error);
    });
    const repositories = await list().catch((error: unknown) => {
      throw unreadable(error, { region, endpointUrl });
    });
    const [first] = repositories;
    return { deployment: first && { accountId: first.registryId, region }, repositories };
  } catch (error) {
    throw registryProblem(error);
  }
}

/** A default is asked about once more where a snippet's is withheld, and the whole template is hardened after it. */
function reviewBy(
  places: readonly ReviewedDefault[],
  reports: ReadonlyMap<ReviewedDefault, GuardReport | undefined>,
  { LifecycleGuard: mode }: Policy,
): ReviewDefault {
  const byPlace = new Map(places.map((place) => [keyOf(place), reports.get(place)]));
  return (place) => {
    const report = byPlace.get(keyOf(place));
    // Where the deployed macro does not look, a look at the terminal still says what is there.
    if (report === undefined) return place.finding;
    return guardedFinding(place.finding, report, mode === 'Off' ? 'Withhold' : mode);
  };
}

function keyOf({ logicalId, finding: { path } }: ReviewedDefault): string {
  return JSON.stringify([logicalId, path]);
}
