/** What hardens the policies that authors write as documents, and reads tags and encryption. */
import { publicAccessIssues } from '../core/controls/public-access-issues.ts';
import { asObject, type Json, textOf } from '../core/json.ts';
import { isUnknown, type Known } from '../core/known.ts';
import { lifecyclePolicyIssues } from '../core/lifecycle/grammar.ts';
import { lifecyclePolicyNotes } from '../core/lifecycle/notes.ts';
import { nearest } from '../core/nearest.ts';
import { type Encryption, parseEncryption } from '../core/settings/encryption.ts';
import type { TemplateDocuments } from './control-context.ts';
import type { Scope } from './scope.ts';
import { hardenLifecyclePolicy, refuseLifecyclePolicy } from './settings/check-lifecycle-policy.ts';
import { checkRepositoryPolicy } from './settings/check-repository-policy.ts';
import { checkTags } from './settings/check-tags.ts';
import { templateReader } from './template-reader.ts';

/** The names that resemble one of those that are allowed: any other may be one that AWS has added. */
function misspeltNames(names: readonly string[], allowed: readonly string[]): readonly string[] {
  return names.filter((name) => nearest(name, allowed) !== undefined);
}

/** How a template encrypts; its key may be an intrinsic that is known, or be left out. */
function readEncryption(value: Json, scope: Scope): Encryption {
  const given = parseEncryption(value);
  return isUnknown(given.kmsKey) ? { ...given, kmsKey: knownText(asObject(value).KmsKey, scope) } : given;
}

function knownText(raw: Json | undefined, scope: Scope): Known<string | undefined> {
  const reader = templateReader(scope);
  const [first, ...others] = reader.possible(raw, []);
  if (first === undefined || reader.mayBeAbsent(raw)) return undefined;
  return others.length > 0 || isUnknown(first) ? { unknown: 'KmsKey' } : textOf(first.value);
}

// Each by its name: a spread would keep all of it in the macro's first file.
export const templateDocuments: TemplateDocuments = {
  publicAccessIssues,
  lifecyclePolicyIssues,
  misspeltNames,
  readEncryption,
  lifecyclePolicyNotes,

  checkRepositoryPolicy,
  checkTags,
  hardenLifecyclePolicy,
  refuseLifecyclePolicy,
};
