import { createColors } from 'picocolors';

export type Colours = ReturnType<typeof createColors>;

/** Colours on a terminal, unless NO_COLOR is set or TERM is dumb; FORCE_COLOR enables them everywhere. */
export function coloursFor(
  stream: { readonly isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): Colours {
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== '';
  const isWanted = isForced || (stream.isTTY === true && TERM !== 'dumb');
  return createColors(isWanted && !NO_COLOR);
}
