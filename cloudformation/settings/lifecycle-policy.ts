import type { Json } from '../../core/json.ts';
import { definiteIssues } from '../../core/lifecycle/grammar.ts';
import { lifecyclePolicyKey, lifecyclePolicyProperty } from '../../core/settings/lifecycle-policy.ts';
import type { Settings } from '../../core/settings/settings.ts';
import { hardenMember, hardenProperty, type PropertyRule } from '../apply-default.ts';
import { applyControl, type ControlContext, refuse } from '../control-context.ts';
import { refName, subText } from '../intrinsics.ts';
import { hardenedTypes, repositoryType } from '../resource-types.ts';
import type { TemplateSetting } from './template-setting.ts';

// Stands for what an Fn::Sub substitutes: text where text is, a number where a number is.
const placeholder = '7654321';

/** A creation template has the text itself where a repository has a map (their CloudFormation schemas). */
export const lifecyclePolicySetting: TemplateSetting = {
  types: hardenedTypes,
  harden(properties, type, context) {
    const text = textRule(context);
    const map: PropertyRule = {
      absent: (path) =>
        applyControl(context, { lifecyclePolicy: undefined }, { path, raw: undefined, write: writeMap }),
      literal: (value, path, raw) =>
        hardenMember(value, path, raw, [lifecyclePolicyKey, 'RegistryId'], context, text),
    };
    return hardenProperty(properties, lifecyclePolicyProperty, context, type === repositoryType ? map : text);
  },
};

function textRule(context: ControlContext): PropertyRule {
  return {
    absent: (path) =>
      applyControl(context, { lifecyclePolicy: undefined }, { path, raw: undefined, write: writeText }),
    literal(value, path, raw) {
      const place = { path, raw, write: writeText, isText: true };
      // The text behind a Ref may be anything that was passed in: its words are not repeated, nor where in it.
      const judge = refName(raw) === undefined ? context : withoutDetails(context);
      if (typeof value === 'string') return applyControl(judge, { lifecyclePolicy: value }, place);
      refuse(judge, { code: 'not-json-text', path: [], actual: value }, place);
      return raw;
    },
    isWrong(raw, path) {
      const issues = definiteIssues(subText(raw, placeholder) ?? placeholder, placeholder);
      for (const issue of issues) refuse(context, issue, { path, isText: true });
      return issues.length > 0;
    },
  };
}

/** The same context, which reports that a value is wrong once and without what is in it. */
function withoutDetails(context: ControlContext): ControlContext {
  let isReported = false;
  return {
    ...context,
    addFinding({ path, outcome, ...rest }) {
      if (outcome !== 'invalid') context.addFinding({ path, outcome, ...rest });
      else if (!isReported)
        context.addFinding({ code: 'hidden-value', path, inside: [], outcome, isHidden: true });
      isReported ||= outcome === 'invalid';
    },
  };
}

function writeText({ lifecyclePolicy }: Partial<Settings>): Json | undefined {
  return lifecyclePolicy;
}

function writeMap({ lifecyclePolicy }: Partial<Settings>): Json | undefined {
  return lifecyclePolicy === undefined ? undefined : { [lifecyclePolicyKey]: lifecyclePolicy };
}
