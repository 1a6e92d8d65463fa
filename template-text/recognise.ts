/** Whether a text means to be a CloudFormation template: a folder also has files of other kinds. */
import { isList, isObject, type Json, member } from '../core/json.ts';

/**
 * Whether a text that is no readable template means to be one, so that it is an error and nothing to be skipped: it has
 * `Resources` or `AWSTemplateFormatVersion` at its top.
 *
 * Files that have them elsewhere are others: serverless.yml keeps Resources one level deeper, and those of an AppSpec file
 * are a list (https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html).
 */
export function isMeantAsTemplate(text: string): boolean {
  if (!mentionsTemplate(text)) return false;
  const bare = text.replace(/^\uFEFF/, '');
  return bare.trimStart().startsWith('{') ? isMeantInBraces(bare) : isMeantInLines(bare);
}

/** Whether a text can be a template at all; it costs no parsing. */
export function mentionsTemplate(text: string): boolean {
  return text.includes('Resources') || text.includes('AWSTemplateFormatVersion');
}

function isMeantInBraces(text: string): boolean {
  const value = jsonOf(text);
  if (value === undefined) return /["']?\b(AWSTemplateFormatVersion|Resources)["']?\s*:\s*(?!\[)/.test(text);
  if (!isObject(value)) return false;
  return 'AWSTemplateFormatVersion' in value || ('Resources' in value && !isList(member(value, 'Resources')));
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // It may be YAML, or JSON with an error in it.
    return undefined;
  }
}

/** In block YAML, whose top begins where its first line does. */
function isMeantInLines(text: string): boolean {
  const lines = text.split(/\r\n?|\n/).filter((line) => !/^\s*(#|$)|^(---|%)/.test(line));
  const indentation = /^\s*/.exec(lines[0] ?? '')?.[0] ?? '';
  return lines.some((line, index) => {
    const [, key, rest = ''] =
      /^["']?(AWSTemplateFormatVersion|Resources)["']?\s*:(?:\s+(.*))?$/.exec(
        line.startsWith(indentation) ? line.slice(indentation.length) : '',
      ) ?? [];
    if (key === 'AWSTemplateFormatVersion') return true;
    const isListed =
      rest.startsWith('[') || (/^(#|$)/.test(rest) && /^\s*-(\s|$)/.test(lines[index + 1] ?? ''));
    return key === 'Resources' && !isListed;
  });
}
