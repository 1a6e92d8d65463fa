/** A connection that reads and writes the settings of repositories. */
import { accountCalls } from './account.ts';
import type { EcrCalls } from './call.ts';
import { type Connection, connect, type EcrOptions } from './connection.ts';
import type { Ecr } from './ecr.ts';
import { lifecyclePolicyReads } from './lifecycle-policies.ts';
import { lifecyclePolicyWrites, lifecyclePreviews } from './lifecycle-policy-writes.ts';
import { pullTimeReads } from './pull-times.ts';
import { repositoryReads } from './repositories.ts';
import { repositoryWrites } from './repository-writes.ts';
import { scanningReads } from './scanning.ts';
import { tagReads } from './tags.ts';

/** Connects to ECR, with every operation of {@link Ecr}. */
export function connectEcr(options: EcrOptions): Connection<Ecr> {
  return connect(options, ecrOperations);
}

/** Every operation of {@link Ecr}. */
export function ecrOperations(calls: EcrCalls) {
  return {
    ...repositoryReads(calls),
    ...repositoryWrites(calls),
    ...scanningReads(calls),
    ...tagReads(calls),
    ...lifecyclePolicyReads(calls),
    ...lifecyclePolicyWrites(calls),
    ...lifecyclePreviews(calls),
    ...pullTimeReads(calls),
    ...accountCalls(calls),
  };
}
