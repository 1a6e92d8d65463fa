import type { Json } from '../../core/json.ts';
import { parseScanOnPush, scanOnPushKey } from '../../core/settings/scan-on-push.ts';
import type { Settings } from '../../core/settings/settings.ts';
import { hardenProperty, mapRule, type PropertyRule } from '../apply-default.ts';
import { applyControl, checkControl, refuse } from '../apply-issues.ts';
import type { ControlContext } from '../control-context.ts';
import { repositoryType } from '../resource-types.ts';
import type { TemplateSetting } from './template-setting.ts';

/** `ImageScanningConfiguration: {ScanOnPush: true}`. */
export const scanOnPushSetting: TemplateSetting = {
  types: [repositoryType],
  reads: ['ImageScanningConfiguration'],
  harden: (properties, _type, context) =>
    hardenProperty(properties, 'ImageScanningConfiguration', context, (inside) =>
      mapRule(inside, { scanOnPush: undefined }, [scanOnPushKey], writeMap, ruleOf),
    ),
};

function ruleOf(context: ControlContext): PropertyRule {
  return {
    absent: (path) =>
      applyControl(context, { scanOnPush: undefined }, { path, raw: undefined, write: writeFlag }),
    literal(value, path, raw) {
      const place = { path, raw, write: writeFlag, isHidden: value !== raw };
      const parsed = parseScanOnPush(value);
      if ('value' in parsed && parsed.value && typeof raw === 'string')
        context.addFinding({ code: 'text-fails-checks', path, outcome: 'noted', before: raw });
      if ('value' in parsed) return applyControl(context, { scanOnPush: parsed.value }, place);
      for (const issue of parsed.issues) refuse(context, issue, place);
      return raw;
    },
    isSafe(value) {
      const parsed = parseScanOnPush(value);
      return 'value' in parsed && checkControl(context, { scanOnPush: parsed.value }).length === 0;
    },
  };
}

function writeFlag({ scanOnPush }: Partial<Settings>): Json | undefined {
  return scanOnPush;
}

function writeMap({ scanOnPush }: Partial<Settings>): Json | undefined {
  return scanOnPush === undefined ? undefined : { [scanOnPushKey]: scanOnPush };
}
