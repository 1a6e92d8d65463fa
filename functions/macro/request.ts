import type { ExpandRequest } from '../../cloudformation/expand.ts';
import type { Deployment } from '../../cloudformation/live-names.ts';
import { asText, isObject, type Json } from '../../core/json.ts';

/**
 * What CloudFormation sends a macro
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html).
 */
export interface MacroRequest extends ExpandRequest {
  readonly requestId: string;
  /** `<account>::<macro name>`; only logged, so it is not validated. */
  readonly transformId: Json | undefined;
  /** Where the template is deployed. */
  readonly deployment: Deployment;
}

/** The request, or a sentence why the event is not valid, with its ID if it has one. */
export type ParsedRequest =
  | { readonly ok: true; readonly request: MacroRequest }
  | { readonly ok: false; readonly requestId: string; readonly reason: string };

/** Parses the event of a macro, once. */
export function parseRequest(event: unknown): ParsedRequest {
  const { requestId, transformId, fragment, accountId, region, ...given } = isObject(event) ? event : {};
  if (typeof requestId !== 'string')
    return { ok: false, requestId: '', reason: 'the event is not that of a CloudFormation macro' };
  const params = given.params ?? {};
  const templateParameterValues = given.templateParameterValues ?? {};
  const deployment = { accountId: asText(accountId) ?? '', region: asText(region) ?? '' };
  return isObject(fragment) && isObject(params) && isObject(templateParameterValues)
    ? { ok: true, request: { requestId, transformId, fragment, params, templateParameterValues, deployment } }
    : { ok: false, requestId, reason: 'fragment, params and templateParameterValues must be maps' };
}
