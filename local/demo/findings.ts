import { controlNames } from '../../core/controls/index.ts';
import type { Finding } from '../../core/finding.ts';
import { isOneOf, type JsonObject } from '../../core/json.ts';
import { visible } from '../../core/visible.ts';
import { expandTemplate } from '../../template-text/expand.ts';
import { findingMessage } from '../../wording/finding-message.ts';
import { locationOf } from '../../wording/path.ts';

/**
 * What the macro has found in a template besides what it has set, which the table shows: unsafe settings that it kept, such
 * as a public repository policy, exemptions, and what is known only at deployment. One sentence each.
 *
 * @param today as YYYY-MM-DD
 */
export function otherFindings(
  document: JsonObject,
  parameters: Readonly<Record<string, string>>,
  today: string,
): readonly string[] {
  // The application of the demo has the built-in policy.
  const { findings } = expandTemplate(document, {
    environment: {},
    parameters,
    transformParameters: {},
    today,
    settings: { serviceToken: '', serviceTimeout: 420 },
  });
  return findings
    .filter(isToBeShown)
    .map((finding) => visible(`${locationOf(finding)}: ${findingMessage(finding)}`));
}

function isToBeShown({ control, outcome }: Finding): boolean {
  return isOneOf(controlNames, control) && outcome !== 'set' && outcome !== 'replaced';
}
