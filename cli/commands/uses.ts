import { connectStackTemplates, type StackTemplate } from '../../aws/cloudformation/templates.ts';
import { deadlineIn, OutOfTime } from '../../aws/deadline.ts';
import { hasNoResponse, loggableError } from '../../aws/faults.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import { visibleIn, visibleJson } from '../../core/visible.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { credentialsProblem } from '../claims/failures.ts';
import type { Colours } from '../colours.ts';
import { clientOf, withConnection } from '../connection.ts';
import { usesText } from '../reports/uses-text.ts';
import { findUses, type Use } from '../uses/find-uses.ts';
import type { FoundUses } from '../uses/found-uses.ts';
import type { UsesOptions } from './uses-options.ts';

/** What the command comes to. */
export interface UsesOutcome {
  readonly text: string;
  /** 0: nothing uses the application; 1: something does, or may. */
  readonly code: 0 | 1;
}

const patienceMs = 10 * 60_000;
// If there is no response at all, the command must not wait for minutes.
const firstResponseMs = 8_000;

/** `ecr-hardening uses`. @throws Problem when the stacks cannot be listed */
export async function usesCommand(
  { json = false, ...options }: UsesOptions,
  colours: Colours,
): Promise<UsesOutcome> {
  const found = await withConnection(options, () => readUses(options));
  const text = json ? `${visibleJson(found, 2)}\n` : usesText(visibleIn(found), colours);
  return { text, code: found.using.length + found.unread.length === 0 ? 0 : 1 };
}

async function readUses(options: Omit<UsesOptions, 'json'>): Promise<FoundUses> {
  const client = clientOf(options);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), firstResponseMs);
  const deadline = deadlineIn(patienceMs, silence.signal);
  const templates = connectStackTemplates(client, deadline);
  try {
    return usesOf(await templates.all(() => clearTimeout(timer)));
  } catch (error) {
    throw problemOf(error);
  } finally {
    templates.close();
    clearTimeout(timer);
    deadline.dispose();
  }
}

function usesOf(templates: readonly StackTemplate[]): FoundUses {
  const looked = templates.map((template) => ({ template, ...lookAt(template) }));
  return {
    stacks: templates.length,
    using: looked.flatMap(({ template: { stack, status }, uses = [] }) =>
      uses.length === 0 ? [] : [{ stack, status, uses }],
    ),
    unread: looked.flatMap(({ template: { stack }, reason }) =>
      reason === undefined ? [] : [{ stack, reason }],
    ),
  };
}

function lookAt(template: StackTemplate): { readonly uses?: readonly Use[]; readonly reason?: string } {
  if ('error' in template) return { reason: template.error };
  try {
    return { uses: findUses(parseTemplate(template.text, template.stack)) };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { reason: error.message };
  }
}

function problemOf(error: unknown): unknown {
  const cause = error instanceof OutOfTime && error.cause !== undefined ? error.cause : error;
  const { name, code, status } = loggableError(cause);
  const problem = (sentence: string) => new Problem(sentence, { cause: error });
  const known = credentialsProblem(cause);
  if (known !== undefined) return known;
  if (/^AccessDenied/.test(name))
    return problem('These credentials cannot list stacks: allow cloudformation:ListStacks.');
  if (error instanceof OutOfTime || hasNoResponse(cause))
    return problem(
      `CloudFormation did not respond in time (${code ?? name}): check --region and the network.`,
    );
  return status === undefined ? error : problem(`The stacks could not be listed (${name}).`);
}
