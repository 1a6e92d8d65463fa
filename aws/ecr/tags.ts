/** A repository's own tags. */
import { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-ecr';
import type { EcrCalls } from './call.ts';
import type { Ecr } from './ecr.ts';

/** Reading tags. */
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

/** Writing tags. */
export function tagWrites({ call }: EcrCalls): Pick<Ecr, 'tag' | 'untag'> {
  return {
    async tag(resourceArn, tags) {
      const input = { resourceArn, tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
      await call(
        'TagResource',
        (client, options) => client.send(new TagResourceCommand(input), options),
        repositoryNameOf(resourceArn),
      );
    },
    async untag(resourceArn, keys) {
      const input = { resourceArn, tagKeys: [...keys] };
      await call(
        'UntagResource',
        (client, options) => client.send(new UntagResourceCommand(input), options),
        repositoryNameOf(resourceArn),
      );
    },
  };
}

/** The name in a repository's ARN (`arn:aws:ecr:us-east-1:123456789012:repository/payments/api`). */
export function repositoryNameOf(arn: string): string {
  return arn.replace(/^.*?:repository\//, '');
}
