/** Whether a text can be an endpoint; of `localhost:4566` the part before the colon would be taken for the protocol. */
export function isHttpUrl(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text);
}
