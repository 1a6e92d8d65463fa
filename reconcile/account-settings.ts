/** The settings of the whole account, for which CloudFormation has no resource type. */
import { readUntil } from '../aws/deadline.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import type { ReconcileContext } from './context.ts';
import { verifyMs } from './read-lag.ts';

/** One account setting that differs from the desired value. */
export interface AccountChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** An account setting is not in effect after it was written, or cannot be reverted. */
export class AccountSettingError extends Error {
  override readonly name = 'AccountSettingError';
  readonly code: 'not-in-effect' | 'cannot-be-deleted';
  readonly setting: string;

  constructor(code: AccountSettingError['code'], setting: string) {
    super(`account setting ${setting}: ${code}`);
    this.code = code;
    this.setting = setting;
  }
}

/** The settings that differ, by name. */
export async function readAccountChanges(
  wanted: Readonly<Record<string, string>>,
  { ecr }: Pick<ReconcileContext, 'ecr'>,
): Promise<readonly AccountChange[]> {
  const changes = await mapConcurrently(Object.entries(wanted), async ([name, after]) => {
    const before = await ecr.accountSetting(name);
    return before === after ? [] : [{ name, before, after }];
  });
  return changes.flat();
}

/** For each setting the value that is safer than all others. */
const safest: Readonly<Record<string, string>> = {
  // Under V1 a registry policy covers few of ECR's actions.
  REGISTRY_POLICY_SCOPE: 'V2',
  BASIC_SCAN_TYPE_VERSION: 'AWS_NATIVE',
};

/** The changes that would make the account less safe. */
export function weakenedAccountSettings(changes: readonly AccountChange[]): readonly AccountChange[] {
  return changes.filter(({ name, before }) => before !== undefined && before === safest[name]);
}

/** Why changes are refused, and all that must not be made. */
export interface AccountRefusal {
  readonly refusal: {
    readonly code: 'account-weakened' | 'account-not-allowed';
    readonly changes: readonly AccountChange[];
  };
  readonly refused: readonly AccountChange[];
}

/**
 * Why changes of the account are refused, and which of them must not be made; undefined if all may be.
 *
 * The account belongs to nobody's stack: only the application's owner allows such changes at all.
 */
export function refusedAccountChanges(
  changes: readonly AccountChange[],
  { allowAccountSettings, allowWeakening }: Pick<ReconcileContext, 'allowAccountSettings' | 'allowWeakening'>,
): AccountRefusal | undefined {
  const weakened = allowWeakening ? [] : weakenedAccountSettings(changes);
  const refused = allowAccountSettings ? weakened : changes;
  if (refused.length === 0) return undefined;
  return weakened.length > 0
    ? { refusal: { code: 'account-weakened', changes: weakened }, refused }
    : { refusal: { code: 'account-not-allowed', changes }, refused };
}

/** Writes them, and reads them back. */
export async function changeAccountSettings(
  changes: readonly AccountChange[],
  { ecr, undoLog, log, deadline }: Pick<ReconcileContext, 'ecr' | 'undoLog' | 'log' | 'deadline'>,
): Promise<void> {
  for (const { name, before, after } of changes) {
    await undoLog.run('the account', {
      setting: name,
      do: () => ecr.putAccountSetting(name, after),
      undo: async (late) => {
        if (before === undefined) throw new AccountSettingError('cannot-be-deleted', name);
        await late.putAccountSetting(name, before);
      },
      isAsBefore: async (late) => (await late.accountSetting(name)) === before,
    });
    const read = await readUntil(
      () => ecr.accountSetting(name),
      (value) => value === after,
      deadline,
      verifyMs,
    );
    if (read !== after) throw new AccountSettingError('not-in-effect', name);
  }
  if (changes.length > 0)
    log({ message: 'account settings written', names: changes.map(({ name }) => name) });
}
