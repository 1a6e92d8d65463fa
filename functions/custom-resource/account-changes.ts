/** The settings of the whole account, for which CloudFormation has no resource type. */
import { eachOf } from './pool.ts';
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
  const changes = await eachOf(Object.entries(wanted), async ([name, after]) => {
    const before = await ecr.accountSetting(name);
    return before === after ? [] : [{ name, before, after }];
  });
  return changes.flat();
}

/** Writes them, and reads them back. */
export async function changeAccountSettings(
  changes: readonly AccountChange[],
  { ecr, journal, log }: Surroundings,
): Promise<void> {
  for (const { name, before, after } of changes) {
    await journal.change('the account', {
      setting: name,
      make: () => ecr.putAccountSetting(name, after),
      putBack: async (late) => {
        if (before === undefined) throw new Error('ECR cannot delete an account setting');
        await late.putAccountSetting(name, before);
      },
    });
    if ((await ecr.accountSetting(name)) !== after)
      throw new Error(`ECR took the account setting ${name} but answers another value afterwards`);
  }
  if (changes.length > 0)
    log({ message: 'account settings written', names: changes.map(({ name }) => name) });
}
