/** An item that the claims table has and this application cannot use, or that the table cannot have. */

/** `foreign`: it has other attributes than this application writes. `too-large`: DynamoDB takes at most 400 KB. */
export type UnusableReason = 'foreign' | 'too-large';

const messages: Readonly<Record<UnusableReason, string>> = {
  foreign: 'the claims table holds an item that this application did not write',
  'too-large': 'an item of the claims table would have more than 400 KB',
};

export class UnusableItem extends Error {
  override readonly name = 'UnusableItem';
  readonly reason: UnusableReason;
  /** The ARN of a repository, or another key; undefined where the item has none. */
  readonly key: string | undefined;

  constructor(reason: UnusableReason, key: string | undefined) {
    super(`${messages[reason]}: ${key}`);
    this.reason = reason;
    this.key = key;
  }
}
