/** The settings of the whole account, for which CloudFormation has no resource type. */
import { readUntil } from '../../aws/deadline.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { Told } from './failure.ts';
import type { Surroundings } from './surroundings.ts';

/** One account setting that differs from what is wanted. */
export interface AccountChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** The settings that differ, by name. */
export async function readAccountChanges(
  wanted: Readonly<Record<string, string>>,
  { ecr }: Pick<Surroundings, 'ecr'>,
): Promise<readonly AccountChange[]> {
  const changes = await mapConcurrently(Object.entries(wanted), async ([name, after]) => {
    const before = await ecr.accountSetting(name);
    return before === after ? [] : [{ name, before, after }];
  });
  return changes.flat();
}

/** The values that are safer than any other one of their setting. */
const safest: Readonly<Record<string, string>> = {
  // Under V1 a registry policy covers few of ECR's actions.
  REGISTRY_POLICY_SCOPE: 'V2',
  BASIC_SCAN_TYPE_VERSION: 'AWS_NATIVE',
};

/** The changes that would make the account less safe, in words. */
export function weakenedSettings(changes: readonly AccountChange[]): readonly string[] {
  return changes
    .filter(({ name, before }) => before !== undefined && before === safest[name])
    .map(({ name, before, after }) => `${name} ${before} -> ${after}`);
}

/** Writes them, and reads them back. */
export async function changeAccountSettings(
  changes: readonly AccountChange[],
  { ecr, journal, log, deadline }: Surroundings,
): Promise<void> {
  for (const { name, before, after } of changes) {
    await journal.change('the account', {
      setting: name,
      make: () => ecr.putAccountSetting(name, after),
      putBack: async (late) => {
        if (before === undefined) throw new Told('ECR cannot delete an account setting.');
        await late.putAccountSetting(name, before);
      },
    });
    const proven = await readUntil(
      () => ecr.accountSetting(name),
      (value) => value === after,
      deadline,
    );
    if (proven !== after)
      throw new Told(`ECR took the account setting ${name} but answers another value afterwards.`);
  }
  if (changes.length > 0)
    log({ message: 'account settings written', names: changes.map(({ name }) => name) });
}
