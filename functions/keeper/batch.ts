import { startPaces } from '../../aws/calls.ts';
import { connectClaims } from '../../aws/claims/claims-table.ts';
import { clientSettings } from '../../aws/client-settings.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { connect } from '../../aws/ecr/connection.ts';
import { type ImageIndexReads, imageIndexReads } from '../../aws/ecr/image-indexes.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { repositoryPolicyReads } from '../../aws/ecr/repository-policies.ts';
import { ecrOperations } from '../../aws/ecr/settings.ts';
import { connectObjects } from '../../aws/objects/s3.ts';
import { isList, isOneOf, type Json } from '../../core/json.ts';
import { startIndexReader } from '../../reconcile/index-reader.ts';
import { sweepBatch } from '../../sweep/batch.ts';
import type { BatchEcr } from '../../sweep/batch-context.ts';
import type { SweepItem } from '../../sweep/items.ts';
import { isSweepName } from '../../sweep/keys.ts';
import type { BatchInput, BatchOutput } from '../../sweep/steps.ts';
import { sweepActions } from '../../sweep/sweep-info.ts';
import { keeperSettings, variable } from './configuration.ts';
import { type FunctionContext, log, objectIn, step, textIn, UnexpectedEvent } from './invocation.ts';

// Half of the time for reading and writing, and enough of the rest to undo it, to record that, and to report.
const shares = { working: 0.6, undoing: 0.8, recording: 0.88, reporting: 0.97 } as const;

// Kept from batch to batch: as many functions as run at once share ECR's rates, and each has found its part of them.
const paces = startPaces();

/** A step of the map: the repositories of one batch. */
export async function handler(event: unknown, context: FunctionContext): Promise<BatchOutput> {
  return step('batch', async () => {
    const input = parse(event);
    const { env } = process;
    const remainingMs = context.getRemainingTimeInMillis();
    const times = {
      working: deadlineIn(remainingMs * shares.working),
      undoing: deadlineIn(remainingMs * shares.undoing),
      recording: deadlineIn(remainingMs * shares.recording),
      reporting: deadlineIn(remainingMs * shares.reporting),
    };
    const ecr = connect(clientSettings(env, 'ECR'), operations, paces);
    const claims = connectClaims({ environment: env });
    const objects = connectObjects(variable(env, 'Bucket'), env);
    try {
      const settings = keeperSettings(env);
      const store = objects.until(times.reporting);
      const { FunctionRoleArn: role } = env;
      return await sweepBatch(input, {
        ...{ ecr, claims, objects: store, settings, times, now: Date.now, log },
        connectIndexes: (deadline) => startIndexReader(ecr.until(deadline), role),
      });
    } finally {
      for (const each of [ecr, claims, objects]) each.close();
      for (const each of Object.values(times)) each.dispose();
    }
  });
}

function operations(calls: EcrCalls): BatchEcr & ImageIndexReads {
  return {
    ...ecrOperations(calls),
    ...repositoryPolicyReads(calls),
    ...imageReads(calls),
    ...imageIndexReads(calls),
  };
}

function parse(event: unknown): BatchInput {
  const given = objectIn(event);
  const about = objectIn(given.BatchInput);
  const sweep = textIn(about, 'sweep');
  const { action } = about;
  if (!isSweepName(sweep) || !isOneOf(sweepActions, action))
    throw new UnexpectedEvent('the event names no sweep');
  const { Items } = given;
  if (!isList(Items)) throw new UnexpectedEvent('the event has no Items');
  return { BatchInput: { sweep, action }, Items: Items.map(itemIn) };
}

function itemIn(item: Json): SweepItem {
  const given = objectIn(item);
  const { index, createdAt, stack, evidence } = given;
  if (typeof index !== 'number' || typeof createdAt !== 'number')
    throw new UnexpectedEvent('an item has no index');
  const [from, to] = isList(evidence) ? evidence : [];
  return {
    ...{ index, createdAt, name: textIn(given, 'name'), arn: textIn(given, 'arn') },
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(typeof from === 'number' && typeof to === 'number' ? { evidence: [from, to] } : {}),
  };
}
