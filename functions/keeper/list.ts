import { connectClaims } from '../../aws/claims/claims-table.ts';
import { clientSettings } from '../../aws/client-settings.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import { connect } from '../../aws/ecr/connection.ts';
import { repositoryReads } from '../../aws/ecr/repositories.ts';
import { connectObjects } from '../../aws/objects/s3.ts';
import { isOneOf } from '../../core/json.ts';
import { listSweep } from '../../sweep/list.ts';
import type { ListInput, SweepStep } from '../../sweep/steps.ts';
import { sweepActions } from '../../sweep/sweep-info.ts';
import { keeperMode, registryOf, variable } from './configuration.ts';
import { type FunctionContext, log, objectIn, step, textIn, UnexpectedEvent } from './invocation.ts';

// To fail with an error of its own before Lambda ends it.
const marginMs = 5_000;

/** The first step of a sweep: which repositories it is about. */
export async function handler(event: unknown, context: FunctionContext): Promise<SweepStep> {
  return step('list', async () => {
    const input = parse(event);
    const { env } = process;
    const registry = registryOf(context.invokedFunctionArn, env);
    const deadline = deadlineIn(context.getRemainingTimeInMillis() - marginMs);
    const ecr = connect(clientSettings(env, 'ECR'), repositoryReads);
    const claims = connectClaims({ environment: env });
    const objects = connectObjects(variable(env, 'Bucket'), env);
    try {
      const listed = await listSweep(input, {
        ecr: ecr.until(deadline),
        claims: claims.until(deadline),
        objects: objects.until(deadline),
        registry,
        mode: keeperMode(env),
        scope: env.KeeperScope ?? '',
      });
      log({ message: 'listed', ...listed });
      return listed;
    } finally {
      for (const each of [ecr, claims, objects]) each.close();
      deadline.dispose();
    }
  });
}

/** `sweep` and `startedAt` come from the execution; without an action it is a sweep. */
function parse(event: unknown): ListInput {
  const given = objectIn(event);
  const { action = 'sweep', again } = given;
  if (!isOneOf(sweepActions, action))
    throw new UnexpectedEvent(`action must be one of ${sweepActions.join(', ')}`);
  const input = { action, sweep: textIn(given, 'sweep'), startedAt: textIn(given, 'startedAt') };
  if (again === undefined || again === null || again === '') return input;
  return { ...input, again: textIn(given, 'again') };
}
