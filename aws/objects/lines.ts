/** Reads an object line by line, a piece at a time. */

/** A piece of an object, and how many bytes the whole has. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly size: number;
}

// Of which two are held at most.
const pieceBytes = 8 * 1024 * 1024;

/**
 * The lines, without their ends and without empty ones.
 *
 * @param read the bytes from `from` to before `to`, or fewer at the end; undefined if there is no such object
 */
export async function* linesOf(
  read: (from: number, to: number) => Promise<Piece | undefined>,
  atOnce = pieceBytes,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let from = 0, size = 1; from < size; ) {
    const piece = await read(from, from + atOnce);
    if (piece === undefined || piece.bytes.length === 0) break;
    size = piece.size;
    from += piece.bytes.length;
    const lines = `${rest}${decoder.decode(piece.bytes, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}
