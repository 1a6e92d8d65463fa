/** The option for another endpoint, of every command that calls AWS. */
import { type Command, InvalidArgumentError } from 'commander';
import { isHttpUrl } from './http-url.ts';

/** Adds it to a command. @param when what it depends on, such as `with --live: ` */
export function withEndpointUrl(command: Command, when = ''): Command {
  return command.option('--endpoint-url <url>', `${when}another endpoint, such as a local AWS`, url);
}

function url(text: string): string {
  if (!isHttpUrl(text)) throw new InvalidArgumentError('It must be a URL, such as http://127.0.0.1:4566.');
  return text;
}
