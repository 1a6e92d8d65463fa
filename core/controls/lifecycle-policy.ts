import { refName, subText } from '../intrinsics.ts';
import { describeKind, type Json, type JsonObject } from '../json.ts';
import { lifecyclePolicyText } from '../lifecycle/build.ts';
import { definiteProblems, type GrammarProblem, lifecyclePolicyProblems } from '../lifecycle/grammar.ts';
import type { Policy } from '../policy/policy.ts';
import {
  type Control,
  type ControlContext,
  type ControlMetadata,
  hardenedTypes,
  refuse,
  repositoryType,
  setDefault,
} from './control.ts';
import { hardenMember, hardenProperty, type PropertyRule } from './settle.ts';

const property = 'LifecyclePolicy';
const key = 'LifecyclePolicyText';
// Stands for what an Fn::Sub substitutes: text where text is, a number where a number is.
const hole = '7654321';

export const aboutLifecyclePolicy: ControlMetadata = {
  name: 'LifecyclePolicy',
  title: 'Old images expire',
  why: 'Without a lifecycle policy images pile up: they cost storage every month, and at the quota of images in a repository every push fails.',
  remediation:
    'Give the repository a LifecyclePolicy; what must stay is matched by a rule of its own that comes first.',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html',
  relatedChecks: ['Security Hub ECR.3', 'CT.ECR.PR.1'],
};

export const lifecyclePolicy: Control = {
  name: 'LifecyclePolicy',
  types: hardenedTypes,
  isOn: () => true,
  harden(properties, type, context) {
    const text: PropertyRule = {
      absent: (path) => writeDefault(context, path, 'text'),
      literal: (value, path, raw) => checkText(context, value, path, raw),
      isWrong(raw, path) {
        const problems = definiteProblems(subText(raw, hole) ?? hole, hole);
        refuseAll(context, path, problems);
        return problems.length > 0;
      },
    };
    const map: PropertyRule = {
      absent: (path) => writeDefault(context, path, 'map'),
      literal: (value, path, raw) => hardenMember(value, path, raw, [key, 'RegistryId'], context, text),
    };
    // A creation template has the text itself where a repository has a map
    // (schemas of AWS::ECR::RepositoryCreationTemplate and AWS::ECR::Repository).
    return hardenProperty(properties, property, context, type === repositoryType ? map : text);
  },
};

function writeDefault(context: ControlContext, path: string, shape: 'text' | 'map'): Json | undefined {
  const after = defaultOf(context.policy)?.[shape];
  if (after !== undefined)
    return setDefault(context, path, after, 'nothing was said, and ECR keeps every image for ever');
  const reason = 'KeepImages and ExpireUntaggedAfterDays are both 0, so no lifecycle policy was written';
  context.addFinding({ path, outcome: 'noted', reason });
  return undefined;
}

// Most repositories of a template have one policy: its text is made once, and equal decisions are told together.
const defaults = new WeakMap<Policy, { readonly text: string; readonly map: JsonObject } | undefined>();

function defaultOf(policy: Policy) {
  if (!defaults.has(policy)) {
    const text = lifecyclePolicyText(policy);
    defaults.set(policy, text === undefined ? text : { text, map: { [key]: text } });
  }
  return defaults.get(policy);
}

/** An author's own policy stands, but one that ECR would refuse, or a rule that can never fire, is told now. */
function checkText(context: ControlContext, value: Json, path: string, raw: Json): Json {
  const problems =
    typeof value === 'string'
      ? lifecyclePolicyProblems(value)
      : [{ path: '', reason: `must be JSON text, not ${describeKind(value)}` }];
  // The text behind a Ref may be anything that was passed in: its words are not repeated.
  const veiled = { path: '', reason: 'is not what ECR takes (its value is not shown)' };
  refuseAll(context, path, problems.length > 0 && refName(raw) !== undefined ? [veiled] : problems);
  return raw;
}

function refuseAll(context: ControlContext, path: string, problems: readonly GrammarProblem[]): void {
  for (const problem of problems) refuse(context, path, `${problem.path || 'the policy'} ${problem.reason}`);
}
