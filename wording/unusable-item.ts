import type { UnusableItem } from '../aws/claims/unusable-item.ts';
import { repositoryNameOf } from '../aws/ecr/arn.ts';

/** An item of the claims table that cannot be used, or written. */
export function unusableItemSentence({ reason, key = 'no repository' }: UnusableItem): string {
  const repository = repositoryNameOf(key);
  return reason === 'foreign'
    ? `The claims table has an item for ${repository} that EcrHardening did not write: delete it in DynamoDB.`
    : `The claims of ${repository} would need more than the 400 KB that an item of the claims table can have: use a shorter lifecycle policy, delete one of the resources that claim it, or release it with ecr-hardening claims.`;
}
