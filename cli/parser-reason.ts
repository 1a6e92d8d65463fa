/** What a parser of YAML or TOML says in its first line; below it is a picture of the place, to which a colon leads. */
export function parserReason(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/:\s*$/, '');
}
