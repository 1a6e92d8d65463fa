import { stringify } from 'yaml';
import type { JsonObject } from '../../../core/json.ts';

/** One template in the ways that printers print it. */
export function inStyles(value: JsonObject): Readonly<Record<string, string>> {
  const yaml = stringify(value);
  return {
    YAML: yaml,
    'YAML with CRLF': yaml.replaceAll('\n', '\r\n'),
    'YAML with carriage returns alone': yaml.replaceAll('\n', '\r'),
    'YAML with one carriage return alone, at its end': yaml.replace(/\n$/, '\r'),
    'YAML without a line break at its end': yaml.trimEnd(),
    'YAML indented by four': stringify(value, { indent: 4, indentSeq: false }),
    'YAML in quotes': stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_SINGLE' }),
    'YAML in flow': stringify(value, { collectionStyle: 'flow' }),
    'YAML in a byte order mark': `\uFEFF${yaml}`,
    'JSON by two': JSON.stringify(value, null, 2),
    'JSON by four': `${JSON.stringify(value, null, 4)}\n`,
    'JSON by tabs': JSON.stringify(value, null, '\t'),
    'JSON with CRLF': JSON.stringify(value, null, 2).replaceAll('\n', '\r\n'),
    'JSON with carriage returns alone': JSON.stringify(value, null, 2).replaceAll('\n', '\r'),
    'JSON on one line': JSON.stringify(value),
    'JSON with a byte order mark, tabs and CRLF': `\uFEFF${JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n')}`,
    'JSON on one line, with a byte order mark': `\uFEFF${JSON.stringify(value)}`,
  };
}
