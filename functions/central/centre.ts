/** Brings the files of the centre up to date. Several invocations may do so at the same time. */
import type { ObjectStore } from '../../aws/objects/object-store.ts';
import type { Message } from '../../aws/sns/publish.ts';
import { isList, isObject } from '../../core/json.ts';
import { visibleIn } from '../../core/visible.ts';
import { centralHtml } from '../../reports/central-html.ts';
import { parseCentralSweep } from '../../sweep/central/event.ts';
import { centralKeys } from '../../sweep/central/keys.ts';
import {
  type CentralLimits,
  type CentralRegistry,
  type CentralTotals,
  receive,
  totalsOf,
} from '../../sweep/central/registries.ts';
import { parsedJson } from '../../sweep/parsed-json.ts';
import { centralMessage } from '../../wording/sweep/central.ts';
import { messageOf } from './message.ts';
import { metricsOf } from './metrics.ts';

export interface CentreContext {
  readonly store: Pick<ObjectStore, 'get' | 'put'>;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly limits: CentralLimits;
  /** The name of the bucket. */
  readonly bucket: string;
  readonly version: string;
  readonly notify: (message: Message) => Promise<void>;
}

export interface UpdatedCentre {
  readonly totals: CentralTotals;
  /** Lines in CloudWatch's embedded metric format. @param rejected how many events were no reports */
  metrics(isByAccount: boolean, rejected: number): readonly object[];
}

/**
 * Adds reports to the index, and writes the page.
 *
 * People are notified before the index has the reports: if anything fails after that, they are notified again, and never not at all.
 */
export async function updateCentre(
  reports: readonly CentralRegistry[],
  context: CentreContext,
): Promise<UpdatedCentre> {
  const { store, limits, now, bucket, notify } = context;
  const { news } = receive((await readIndex(store)).registries, reports, limits, now);
  // Names are accounts' own texts: a line break in one could begin a line about another account.
  const message = centralMessage(visibleIn(news), bucket);
  if (message !== undefined) await notify(messageOf(message, news));
  const registries = await writeIndex(reports, context);
  await writePage(registries, context);
  const totals = totalsOf(registries, limits, now);
  return {
    totals,
    metrics: (isByAccount, rejected) => metricsOf(isByAccount ? news : [], totals, { now, rejected }),
  };
}

interface StoredIndex {
  readonly registries: readonly CentralRegistry[];
  readonly etag?: string;
}

/**
 * What the index says is not known: to begin with an empty one would forget registries that no longer report, and end the alarm
 * that they are late.
 */
export class UnreadableIndex extends Error {
  override readonly name = 'UnreadableIndex';

  constructor() {
    super(
      `${centralKeys.index} cannot be read: delete it, and each registry appears again with its next sweep`,
    );
  }
}

/** @throws UnreadableIndex */
async function readIndex(store: CentreContext['store']): Promise<StoredIndex> {
  const object = await store.get(centralKeys.index);
  if (object === undefined) return { registries: [] };
  const index = parsedJson(object.text);
  if (!isObject(index) || !isList(index.registries)) throw new UnreadableIndex();
  const stored: readonly unknown[] = index.registries;
  const registries = stored.filter(isRegistry);
  if (registries.length < stored.length) throw new UnreadableIndex();
  return { registries, etag: object.etag };
}

/** Of a part that is missing the page could not be made, after the index has been written with it. */
function isRegistry(value: unknown): value is CentralRegistry {
  if (!isObject(value) || parseCentralSweep(value) === undefined) return false;
  const { account, region, receivedAt } = value;
  return typeof account === 'string' && typeof region === 'string' && typeof receivedAt === 'number';
}

/** Over the version that was read only, so that no report of another invocation is lost. */
async function writeIndex(
  reports: readonly CentralRegistry[],
  { store, limits, now }: CentreContext,
): Promise<readonly CentralRegistry[]> {
  for (;;) {
    const { registries: before, etag } = await readIndex(store);
    const { registries } = receive(before, reports, limits, now);
    const text = JSON.stringify({ version: '1', at: new Date(now).toISOString(), registries });
    const condition = etag === undefined ? 'absent' : { ifMatch: etag };
    if (await store.put(centralKeys.index, text, { condition })) return registries;
  }
}

/** Another invocation may have written the index since: the page that is written last is of the newest. */
async function writePage(
  written: readonly CentralRegistry[],
  { store, limits, now, version }: CentreContext,
): Promise<void> {
  let registries = written;
  for (;;) {
    const page = centralHtml(visibleIn(registries), limits, now, version);
    await store.put(centralKeys.page, page, { contentType: 'text/html; charset=utf-8' });
    const stored = await readIndex(store);
    if (JSON.stringify(stored.registries) === JSON.stringify(registries)) return;
    registries = stored.registries;
  }
}
