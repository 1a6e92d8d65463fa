/** Reading a repository's own tags. */
import { ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { repositoryNameOf } from './arn.ts';
import type { EcrCalls } from './call.ts';
import type { Ecr } from './ecr.ts';

export function tagReads({ call }: EcrCalls): Pick<Ecr, 'tags'> {
  return {
    async tags(resourceArn) {
      const { tags } = await call(
        'ListTagsForResource',
        (client, options) => client.send(new ListTagsForResourceCommand({ resourceArn }), options),
        repositoryNameOf(resourceArn),
      );
      return new Map((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    },
  };
}
