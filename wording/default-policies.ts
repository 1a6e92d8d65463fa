/** What the default lifecycle policies of a template will do, in one sentence. */
import { groupBy } from '../core/group-by.ts';
import { asObject, entriesOf, isObject, type Json, type JsonObject } from '../core/json.ts';

/** A default that a repository gets. */
export interface NamedDefault {
  readonly logicalId: string | undefined;
  /** The policy's text. */
  readonly text: string;
}

const maxNames = 5;

/**
 * One sentence for all of a template: a clause for each different policy, and a hint.
 *
 * @param hint how to look at the live repositories, or what a look has found
 */
export function defaultPoliciesNote(defaults: readonly NamedDefault[], hint = howToLook): string {
  const byEffect = groupBy(defaults, ({ text }) => effectOfDefault(text));
  const clauses = [...byEffect].map(([effect, found]) => {
    const names = [...new Set(found.map(({ logicalId = 'The repository' }) => logicalId))];
    return `${named(names)} ${names.length === 1 ? 'gets' : 'get'} the default lifecycle policy, which ${effect}`;
  });
  return `${clauses.join('; ')} ${hint}`;
}

/** How to look at what is there. */
export const howToLook = '(what it would do now: ecr-hardening check --live)';

/** What a look has found that shows nothing else. */
export const nothingNow = '(it would delete and archive no image now)';

function named(names: readonly string[]): string {
  const rest = names.length - maxNames;
  const shown = rest > 0 ? [...names.slice(0, maxNames), `${rest} more`] : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** What a default does to images, protected tags left out: the rule for untagged ones, and that for any image. */
export function effectOfDefault(text: string): string {
  const rules = rulesOf(JSON.parse(text));
  const untagged = rules.find(({ tagStatus }) => tagStatus === 'untagged');
  const any = rules.find(({ tagStatus }) => tagStatus === 'any');
  const ofUntagged = `deletes untagged images ${untagged?.countNumber} days after their push`;
  if (any === undefined) return ofUntagged;
  if (any.countType !== 'imageCountMoreThan') {
    const archives = `archives images ${any.countNumber} days after their last pull`;
    return untagged === undefined ? archives : `${ofUntagged}, and ${archives}`;
  }
  const tooMany = `images when a repository has more than ${any.countNumber}`;
  return untagged === undefined ? `deletes ${tooMany}` : `${ofUntagged}, and ${tooMany}`;
}

function rulesOf(policy: Json): readonly JsonObject[] {
  return entriesOf(asObject(policy).rules).flatMap((rule) =>
    isObject(rule) && isObject(rule.selection) ? [rule.selection] : [],
  );
}
