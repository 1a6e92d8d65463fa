/** A connection that reads and writes the settings of repositories. */
import { accountCalls } from './account.ts';
import { type Connection, connect, type EcrOptions } from './connection.ts';
import type { Ecr } from './ecr.ts';
import { lifecyclePolicyReads, lifecyclePolicyWrites, lifecyclePreviews } from './lifecycle-policies.ts';
import { pullTimeReads } from './pull-times.ts';
import { repositoryReads, repositoryWrites } from './repositories.ts';
import { scanningReads } from './scanning.ts';
import { tagReads } from './tags.ts';

/** Connects to ECR, with every operation of {@link Ecr}. */
export function connectEcr(options: EcrOptions): Connection<Ecr> {
  return connect(options, (calls) => ({
    ...repositoryReads(calls),
    ...repositoryWrites(calls),
    ...scanningReads(calls),
    ...tagReads(calls),
    ...lifecyclePolicyReads(calls),
    ...lifecyclePolicyWrites(calls),
    ...lifecyclePreviews(calls),
    ...pullTimeReads(calls),
    ...accountCalls(calls),
  }));
}
