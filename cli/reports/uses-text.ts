import type { Colours } from '../colours.ts';
import type { Use } from '../uses/find-uses.ts';
import type { FoundUses } from '../uses/found-uses.ts';

/** For people at a terminal: a line for each stack, and what that means for a removal. */
export function usesText(
  { stacks, hasApplication, using, unread }: FoundUses,
  { bold, dim, yellow }: Colours,
): string {
  const rows = using.map(({ stack, status, uses }) => ({
    stack,
    status,
    use: uses.map(useText).join(', '),
  }));
  const width = Math.max(0, ...rows.map(({ stack }) => stack.length));
  const useWidth = Math.max(0, ...rows.map(({ use }) => use.length));
  return [
    ...rows.map(
      ({ stack, status, use }) =>
        `${bold(stack.padEnd(width))}  ${use.padEnd(useWidth)}  ${dim(status ?? '')}`,
    ),
    ...(using.length === 0 ? [] : ['']),
    ...unread.map(({ stack, reason }) => yellow(`${stack} could not be read: ${reason}`)),
    summary(using.length, unread.length, stacks, hasApplication),
    '',
  ].join('\n');
}

function useText({ kind, name }: Use): string {
  if (name === undefined) return `the ${kind}`;
  return kind === 'export' ? `imports ${name}` : `${kind} ${name}`;
}

function summary(using: number, unread: number, stacks: number, hasApplication: boolean): string {
  const looked = `${count(stacks)} in this account and Region`;
  if (using > 0)
    return `${using} of ${looked} ${using === 1 ? 'uses' : 'use'} the application: change them before you remove it (docs/install.md).`;
  if (unread > 0)
    return `No use was found in ${looked}, but ${count(unread)} could not be read: allow cloudformation:GetTemplate, or look at their templates yourself.`;
  return hasApplication
    ? `None of ${looked} uses the application: it can be removed.`
    : `None of ${looked} uses the application, and none is the application itself: check --region and --profile.`;
}

function count(stacks: number): string {
  return `${stacks} ${stacks === 1 ? 'stack' : 'stacks'}`;
}
