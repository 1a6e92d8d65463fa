import { visibleJson } from '../../core/visible.ts';
import type { ResponseTarget } from './request.ts';

/** One JSON line for each entry. The request is never logged: its URL is a credential. */
export function logOf(to: ResponseTarget): (entry: Readonly<Record<string, unknown>>) => void {
  const { requestId, stackId, logicalResourceId } = to;
  return (entry) =>
    console.log(
      visibleJson({
        level: 'INFO',
        version: process.env.Version,
        requestId,
        stackId,
        logicalResourceId,
        ...entry,
      }),
    );
}
