/** Reads an object piece by piece, or line by line. */

/** A piece of an object, and how many bytes the whole has. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly size: number;
}

// Of which two are held at most.
const pieceBytes = 8 * 1024 * 1024;

/** Reads the bytes from `from` to before `to`, or fewer at the end; undefined if there is no such object. */
export type ReadPiece = (from: number, to: number) => Promise<Piece | undefined>;

/** All bytes of an object, without holding all of them. */
export async function* piecesOf(
  read: ReadPiece,
  atOnce = pieceBytes,
): AsyncGenerator<Uint8Array, void, void> {
  for (let from = 0, size = 1; from < size; ) {
    const piece = await read(from, from + atOnce);
    if (piece === undefined || piece.bytes.length === 0) return;
    size = piece.size;
    from += piece.bytes.length;
    yield piece.bytes;
  }
}

/**
 * The lines, without their ends and without empty ones.
 */
export async function* linesOf(read: ReadPiece, atOnce = pieceBytes): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of piecesOf(read, atOnce)) {
    const lines = `${rest}${decoder.decode(bytes, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}
