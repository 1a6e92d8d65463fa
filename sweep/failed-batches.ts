/** Why batches have failed, as Step Functions reports it beside the results of a Distributed Map. */
import type { ObjectStore } from '../aws/objects/object-store.ts';
import { isObject } from '../core/json.ts';
import type { ErrorOf } from './accounting.ts';
import { parsedJson } from './parsed-json.ts';

/**
 * Reads the files that the map's ResultWriter has written of children that failed or never ran: the manifest names them
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html).
 *
 * @param folder that the ResultWriter was given; its manifest is in a folder of its own, named by the map's run
 */
export async function readFailedBatches(folder: string, store: ObjectStore): Promise<ErrorOf> {
  const errors = new Map<number, string>();
  for await (const key of store.list(`${folder}/`)) {
    if (!/\/(?:FAILED|PENDING)_\d+\.json$/.test(key)) continue;
    const text = (await store.get(key))?.text ?? '[]';
    const entries = parsedJson(text);
    for (const entry of Array.isArray(entries) ? entries : []) collect(entry, errors);
  }
  return (index) => errors.get(index);
}

/** One child: its input has the repositories of its batch, and its error is only a name, never a message. */
function collect(entry: unknown, errors: Map<number, string>): void {
  if (!isObject(entry)) return;
  const { Input: input, Error: error, Status: status } = entry;
  const batch = typeof input === 'string' ? parsedJson(input) : input;
  const name = typeof error === 'string' ? error : typeof status === 'string' ? status : undefined;
  if (name === undefined || !isObject(batch) || !Array.isArray(batch.Items)) return;
  for (const item of batch.Items)
    if (isObject(item) && typeof item.index === 'number') errors.set(item.index, name);
}
