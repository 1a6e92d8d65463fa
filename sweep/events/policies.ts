/** Lifecycle policies and repository policies that somebody has changed: they are reported, and never written from an event. */
import { orUnknown } from '../../audit/read/failures.ts';
import { isRepositoryNotFound } from '../../aws/faults.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { keeperHolder } from '../../core/claims/keeper.ts';
import { type ClaimRecord, claimOf } from '../../core/claims/record.ts';
import { checkSettings } from '../../core/controls/index.ts';
import { isUnknown } from '../../core/known.ts';
import { exemptControls, exemptionTagKey } from '../../core/policy/exemption-tag.ts';
import { parseRepositoryPolicy } from '../../core/settings/repository-policy.ts';
import { noPolicy } from '../../core/settings/repository-settings.ts';
import { hashOfPolicy } from '../../reconcile/hash.ts';
import { readRecords } from '../../reconcile/observe.ts';
import type { BatchEcr } from '../batch-context.ts';
import { tagsOf } from '../read-tags.ts';
import { watch } from '../watch.ts';
import type { EventOutcome, EventsContext } from './events-context.ts';
import type { Subject } from './subject.ts';

type Looked = Pick<EventOutcome, 'lifecycle' | 'publicBy' | 'unread'>;

/** By name; empty where neither was changed. */
export async function lookAtPolicies(
  subjects: readonly Subject[],
  context: EventsContext,
): Promise<ReadonlyMap<string, Looked>> {
  const lifecycle = subjects.filter((subject) => isAbout(subject, 'lifecyclePolicy'));
  const access = subjects.filter((subject) => isAbout(subject, 'repositoryPolicy'));
  const { claims, times, log } = context;
  const arns = lifecycle.map(({ repository }) => repository.arn);
  const table = claims.until(times.working);
  const records = arns.length === 0 ? new Map() : await readRecords(arns, { claims: table, log });
  const found = new Map<string, Looked>();
  const add = async (subject: Subject, read: () => Promise<Looked>) => {
    const { name } = subject.repository;
    const looked = await unlessGone(read);
    const before = found.get(name);
    const unread = [...(before?.unread ?? []), ...(looked.unread ?? [])];
    found.set(name, { ...before, ...looked, ...(unread.length === 0 ? {} : { unread }) });
  };
  await mapConcurrently(lifecycle, (each) =>
    add(each, () => lifecycleOf(each, records.get(each.repository.arn), context)),
  );
  await mapConcurrently(access, (each) => add(each, () => publicAccessOf(each, context)));
  return found;
}

function isAbout({ events }: Subject, what: 'lifecyclePolicy' | 'repositoryPolicy'): boolean {
  return events.some(({ subject }) => subject === what);
}

async function unlessGone<Found extends object>(read: () => Promise<Found>): Promise<Partial<Found>> {
  try {
    return await read();
  } catch (error) {
    if (isRepositoryNotFound(error)) return {};
    throw error;
  }
}

/** Of what uses images only their pulls are known here: the next sweep knows the rest. */
async function lifecycleOf(
  { repository: { name, createdAt } }: Subject,
  record: ClaimRecord | undefined,
  { ecr: connection, times, settings, now }: EventsContext,
): Promise<Looked> {
  const ecr = connection.until(times.working);
  const text = await orUnknown('ecr:GetLifecyclePolicy', () => ecr.lifecyclePolicy(name));
  const claimed = record?.createdAt === createdAt ? claimOf(record, keeperHolder) : undefined;
  const set = claimed?.set.lifecyclePolicy ?? noPolicy;
  const isKeepers = set !== noPolicy && !isUnknown(text) && hashOfPolicy(text) !== set;
  if (text === undefined) return { lifecycle: { isDeleted: true, isKeepers, atRisk: undefined } };
  const images = await orUnknown('ecr:DescribeImages', () => ecr.images(name, { imageStatus: 'ANY' }));
  const reading = { lifecyclePolicy: text, images, references: [] };
  const atRisk = watch(reading, { policy: settings.policy, sources: {}, now: now() });
  const unread = [text, images, atRisk].find(isUnknown);
  return {
    lifecycle: { isDeleted: false, isKeepers, atRisk },
    ...(unread === undefined ? {} : { unread: [unread.unknown] }),
  };
}

async function publicAccessOf(
  { repository }: Subject,
  { ecr: connection, times, settings, now }: EventsContext,
): Promise<Looked> {
  const ecr = connection.until(times.working);
  const text = await orUnknown('ecr:GetRepositoryPolicy', () => ecr.repositoryPolicy(repository.name));
  if (isUnknown(text)) return { unread: [text.unknown] };
  if (text === undefined) return {};
  const parsed = parseRepositoryPolicy(text);
  if (!('value' in parsed)) return {};
  const issues = checkSettings({ repositoryPolicy: parsed.value }, settings.policy);
  const publicBy = issues.filter(({ verdict }) => verdict === 'unsafe');
  const isExempt = publicBy.length > 0 && (await isPublicByExemption(repository, ecr, settings, now()));
  return isExempt ? {} : { publicBy };
}

/** Whether its tag exempts it; one that cannot be read does not. */
async function isPublicByExemption(
  repository: Subject['repository'],
  ecr: Pick<BatchEcr, 'tags'>,
  { policy }: EventsContext['settings'],
  now: number,
): Promise<boolean> {
  if (!policy.AllowExemptions) return false;
  const tags = await tagsOf(repository, ecr);
  if (tags === 'gone' || isUnknown(tags)) return false;
  const today = new Date(now).toISOString().slice(0, 10);
  return exemptControls(tags?.get(exemptionTagKey), today, policy).includes('PublicAccess');
}
