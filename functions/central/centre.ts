/** Brings the files of the centre up to date. Several invocations may do so at the same time. */
import type { ObjectStore } from '../../aws/objects/object-store.ts';
import type { Message } from '../../aws/sns/publish.ts';
import { isList, isObject } from '../../core/json.ts';
import { visibleIn } from '../../core/visible.ts';
import { centralHtml } from '../../reports/central-html.ts';
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
  const message = centralMessage(news, bucket);
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

async function readIndex(store: CentreContext['store']): Promise<StoredIndex> {
  const object = await store.get(centralKeys.index);
  if (object === undefined) return { registries: [] };
  const index = parsedJson(object.text);
  const stored: readonly unknown[] = isObject(index) && isList(index.registries) ? index.registries : [];
  const registries = stored.filter(isRegistry);
  return { registries, etag: object.etag };
}

/** Only the centre's own function can write its index, so the rest is as it wrote it. */
function isRegistry(value: unknown): value is CentralRegistry {
  return isObject(value) && typeof value.account === 'string' && typeof value.receivedAt === 'number';
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
