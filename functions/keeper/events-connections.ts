/** What the function of events calls. */
import type { Origins } from '../../audit/origin.ts';
import { readOrigins } from '../../audit/read/origins.ts';
import { readStack } from '../../audit/read/stacks.ts';
import { startPaces } from '../../aws/calls.ts';
import { connectClaims } from '../../aws/claims/claims-table.ts';
import { clientSettings, type Environment } from '../../aws/client-settings.ts';
import { connectRepositoryStacks } from '../../aws/cloudformation/repository-stacks.ts';
import type { Deadline } from '../../aws/deadline.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { type Connection, connect } from '../../aws/ecr/connection.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { type RegistryReads, registryReads } from '../../aws/ecr/registry.ts';
import { repositoryPolicyReads } from '../../aws/ecr/repository-policies.ts';
import { ecrOperations } from '../../aws/ecr/settings.ts';
import type { EventsContext } from '../../sweep/events/events-context.ts';
import { sourceRegions } from './configuration.ts';

type Connected = Pick<EventsContext, 'ecr' | 'claims' | 'origins' | 'stackOf'> & { close(): void };

const otherRegionMs = 10_000;

// Kept from batch to batch.
const paces = startPaces();

/** @param working until when is read */
export function connectForEvents(environment: Environment, region: string, working: Deadline): Connected {
  const settings = clientSettings(environment, 'ECR');
  const ecr = connect(settings, operations, paces);
  const claims = connectClaims({ environment });
  const stacks = connectRepositoryStacks(clientSettings(environment, 'CLOUDFORMATION'));
  const elsewhere: Connection<RegistryReads>[] = [];
  const ecrIn = (other: string) => {
    const connection = connect({ ...settings, region: other }, registryReads);
    elsewhere.push(connection);
    return connection.patiently({ callMs: otherRegionMs, stop: working.signal });
  };
  let origins: Promise<Origins> | undefined;
  return {
    ...{ ecr, claims },
    // Once for all repositories.
    origins() {
      origins ??= readOrigins({
        ecr: ecr.until(working),
        ecrIn,
        region,
        sourceRegions: sourceRegions(environment),
        isOwn: true,
      });
      return origins;
    },
    stackOf: (repository) => readStack(stacks.until(working), repository),
    close() {
      for (const each of [ecr, claims, stacks, ...elsewhere]) each.close();
    },
  };
}

function operations(calls: EcrCalls) {
  return {
    ...ecrOperations(calls),
    ...repositoryPolicyReads(calls),
    ...imageReads(calls),
    ...registryReads(calls),
  };
}
