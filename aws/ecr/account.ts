/** Settings of the whole account. */
import { GetAccountSettingCommand, PutAccountSettingCommand } from '@aws-sdk/client-ecr';
import type { EcrCalls } from './call.ts';
import type { Ecr } from './ecr.ts';

export function accountCalls({ call }: EcrCalls): Pick<Ecr, 'accountSetting' | 'putAccountSetting'> {
  return {
    async accountSetting(name) {
      const { value } = await call(
        'GetAccountSetting',
        (client, options) => client.send(new GetAccountSettingCommand({ name }), options),
        name,
      );
      return value;
    },
    async putAccountSetting(name, value) {
      await call(
        'PutAccountSetting',
        (client, options) => client.send(new PutAccountSettingCommand({ name, value }), options),
        name,
      );
    },
  };
}
