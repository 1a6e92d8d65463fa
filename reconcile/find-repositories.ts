/** The repositories that a resource of a template may be, of those that are there. */

import { repositoryNameOf } from '../aws/ecr/arn.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { StackTags } from '../aws/usage/stack-tags.ts';
import { unreadOf } from '../aws/usage/unread.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import type { UnreadSource } from '../core/usage/evidence.ts';
import { matchesWildcard } from '../core/wildcard.ts';

/** What is known of the name of a repository. */
export interface MeantRepository {
  readonly names: readonly string[];
  /** Names in which `*` stands for what is not known. */
  readonly patterns: readonly string[];
  /** Whether CloudFormation may give it its name, so that its tags alone show which one it is. */
  readonly isUnnamed: boolean;
  /** With `*` for what is not known; undefined where nothing is. */
  readonly logicalId: string | undefined;
}

/** What is read for that. */
export interface RepositoryReads {
  readonly ecr: Pick<Ecr, 'repositories'>;
  readonly stackTags: StackTags;
}

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
const repositoryName =
  /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
// Two calls of GetResources.
const maxLogicalIds = 40;

type Listed<Entry> = Known<readonly Entry[], UnreadSource>;

/**
 * The repositories that each may be, or why they are not known: those of its names, whether they exist or not, those that fit
 * a pattern, and, where it may have no name, those with a name or a tag that CloudFormation gives to its logical ID. Never
 * throws.
 */
export async function findRepositories(
  meant: readonly MeantRepository[],
  { ecr, stackTags }: RepositoryReads,
): Promise<readonly Listed<string>[]> {
  const unnamed = meant.filter(({ isUnnamed }) => isUnnamed);
  const [all, ofStacks] = await Promise.all([
    meant.some(isListed) ? listed('ecr:DescribeRepositories', () => ecr.repositories()) : [],
    unnamed.length === 0
      ? []
      : listed('tag:GetResources', () => stackTags.stackRepositories(logicalIdsOf(unnamed))),
  ]);
  return meant.map((each) => {
    const { names, patterns, isUnnamed, logicalId = '*' } = each;
    const isMeant = ({ name }: { readonly name: string }) =>
      patterns.some((one) => matchesWildcard(one, name)) || (isUnnamed && isGenerated(name, logicalId));
    const parts: readonly Listed<string>[] = [
      // ECR refuses a call with a name that no repository can have.
      names.filter((name) => repositoryName.test(name)),
      isListed(each) ? namesIn(all, isMeant) : [],
      isUnnamed ? namesIn(ofStacks, (found) => matchesWildcard(logicalId, found.logicalId ?? '')) : [],
    ];
    return parts.find(isUnknown) ?? unique(parts.flatMap((part) => (isUnknown(part) ? [] : part)));
  });
}

/** Whether all repositories are listed to find it. */
function isListed({ patterns, isUnnamed }: MeantRepository): boolean {
  return isUnnamed || patterns.length > 0;
}

// CloudFormation's own tags are not enough: it does not give them to repositories
// (https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr/issues/55).
const suffix = /-[a-z0-9]{12,13}$/;
// A longer one is cut: https://github.com/aws-cloudformation/cloudformation-cli-java-plugin, IdentifierUtils.
const maxLength = 256;

/**
 * Whether a name has the form that CloudFormation gives it: `<stack>-<logical ID>-<12 or 13 letters and digits>`, in lower
 * case (CreateHandler of AWS::ECR::Repository, in that repository). One that may be cut may be of any logical ID.
 */
function isGenerated(name: string, logicalId: string): boolean {
  if (!suffix.test(name)) return false;
  return (
    name.length === maxLength || matchesWildcard(`*-${logicalId.toLowerCase()}`, name.replace(suffix, ''))
  );
}

/** The exact names; undefined if one of them is not known, or if there are so many that listing the registry is cheaper. */
function logicalIdsOf(tagged: readonly MeantRepository[]): readonly string[] | undefined {
  const logicalIds = unique(tagged.map(({ logicalId = '*' }) => logicalId));
  const isExact = logicalIds.length <= maxLogicalIds && !logicalIds.some((each) => each.includes('*'));
  return isExact ? logicalIds : undefined;
}

/** What is listed; why it is not, where that fails. */
async function listed<Entry>(action: string, read: () => Promise<readonly Entry[]>): Promise<Listed<Entry>> {
  try {
    return await read();
  } catch (error) {
    return { unknown: unreadOf(error, action) };
  }
}

function namesIn<Entry extends { readonly arn: string }>(
  list: Listed<Entry>,
  isMeant: (entry: Entry) => boolean,
): Listed<string> {
  return whenKnown(list, (entries) => entries.filter(isMeant).map(({ arn }) => repositoryNameOf(arn)));
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
