import { describe, expect, test } from '@jest/globals';
import type { ControlContext } from '../../../cloudformation/control-context.ts';
import { loadedRules } from '../../../cloudformation/rules-on-demand.ts';
import { partScope } from '../../../cloudformation/scope.ts';
import { templateSettings } from '../../../cloudformation/settings/index.ts';
import { controls } from '../../../core/controls/index.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';

/** No properties, and every name that was asked for. */
function watched() {
  const names = new Set<string>();
  const note = (name: string | symbol) => names.add(String(name));
  const properties = new Proxy(
    {},
    {
      get: (_, name) => void note(name),
      has: (_, name) => note(name) && false,
      getOwnPropertyDescriptor: (_, name) => void note(name),
      ownKeys() {
        note('every name');
        return [];
      },
    },
  );
  return { properties, names };
}

describe('what is decided once for all resources that set nothing', () => {
  const all = Object.values(templateSettings).filter(({ reads }) => reads !== undefined);
  const policy = { ...builtInPolicy, Retain: true, KmsKey: 'alias/images' };

  test.each(controls)('depends on no property that the setting of $name does not name', (control) => {
    const { types, reads = [], isOfAttributes, harden } = templateSettings[control.setting];
    for (const type of isOfAttributes ? [] : types) {
      const { properties, names } = watched();
      const context: ControlContext = {
        control,
        policy,
        scope: partScope({}, loadedRules.intrinsics),
        mayGainProperties: undefined,
        written: new Map(),
        rules: loadedRules,
        addFinding: () => {},
      };
      harden(properties, type, context);
      expect([...names].filter((name) => !reads.includes(name))).toEqual([]);
    }
  });

  test('is said of every setting in Properties', () => {
    const others = Object.values(templateSettings).filter((setting) => !all.includes(setting));
    expect(others).toEqual([templateSettings.retention]);
  });
});
