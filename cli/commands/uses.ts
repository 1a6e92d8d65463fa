import { connectStackTemplates, type StackTemplate } from '../../aws/cloudformation/templates.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import { visibleIn, visibleJson } from '../../core/visible.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import type { Colours } from '../colours.ts';
import { clientOf, withConnection } from '../connection.ts';
import { connectionProblem, firstResponseMs } from '../connection-problem.ts';
import { usesText } from '../reports/uses-text.ts';
import { findUses, isApplication, type Use } from '../uses/find-uses.ts';
import type { FoundUses } from '../uses/found-uses.ts';
import type { UsesOptions } from './uses-options.ts';

/** What the command comes to. */
export interface UsesOutcome {
  readonly text: string;
  /** 0: nothing uses the application; 1: something does, or may; 2: nothing does, and the application is not there. */
  readonly code: 0 | 1 | 2;
}

const patienceMs = 10 * 60_000;

/** `ecr-hardening uses`. @throws Problem when the stacks cannot be listed */
export async function usesCommand(
  { json = false, ...options }: UsesOptions,
  colours: Colours,
): Promise<UsesOutcome> {
  const found = await withConnection(options, () => readUses(options));
  const text = json ? `${visibleJson(found, 2)}\n` : usesText(visibleIn(found), colours);
  if (found.using.length + found.unread.length > 0) return { text, code: 1 };
  return { text, code: found.hasApplication ? 0 : 2 };
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
    throw problemOf(error, options.endpointUrl);
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
    hasApplication: looked.some((each) => each.isOwn === true),
    using: looked.flatMap(({ template: { stack, status }, uses = [] }) =>
      uses.length === 0 ? [] : [{ stack, status, uses }],
    ),
    unread: looked.flatMap(({ template: { stack }, reason }) =>
      reason === undefined ? [] : [{ stack, reason }],
    ),
  };
}

/** What one stack is to the application. */
interface Looked {
  readonly uses?: readonly Use[];
  /** Whether it is the application's own. */
  readonly isOwn?: boolean;
  readonly reason?: string;
}

function lookAt(template: StackTemplate): Looked {
  if ('error' in template) return { reason: template.error };
  try {
    const parsed = parseTemplate(template.text, template.stack);
    return { uses: findUses(parsed), isOwn: isApplication(parsed) };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { reason: error.message };
  }
}

function problemOf(error: unknown, endpointUrl: string | undefined): unknown {
  const known = connectionProblem(error, endpointUrl);
  if (known !== undefined) return known;
  const { name, status } = loggableError(error);
  const problem = (sentence: string) => new Problem(sentence, { cause: error });
  if (/^AccessDenied/.test(name))
    return problem('These credentials cannot list stacks: allow cloudformation:ListStacks.');
  return status === undefined ? error : problem(`The stacks could not be listed (${name}).`);
}
