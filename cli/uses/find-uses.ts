/** What of a template needs the application. Pure. */
import { asObject, asText, isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import { macroName } from '../../template-text/expand.ts';

/** A use: of the macro, of the custom resource, or of one of the stack's exports. */
export interface Use {
  readonly kind: 'macro' | 'custom resource' | 'export';
  /** The logical ID of the custom resource, or the name of the export. */
  readonly name?: string;
}

const settingsType = 'Custom::EcrSettings';
/** The function of the custom resource has this name in every installation (template.yaml). */
const settingsFunction = 'EcrHardening-settings';
const customTypes = /^(?:Custom::|AWS::CloudFormation::CustomResource$)/;
/** The exports of template.yaml, behind the stack's name. */
const exported = /^[\w-]+-(?:SettingsServiceToken|MacroFunctionArn)$/;

/** The uses in a template, the macro once. */
export function findUses(template: JsonObject): readonly Use[] {
  const found: Use[] =
    isNamed(member(template, 'Transform')) || hasSnippet(template) ? [{ kind: 'macro' }] : [];
  for (const [name, resource] of Object.entries(asObject(template.Resources)))
    if (isSettings(resource)) found.push({ kind: 'custom resource', name });
  for (const name of importsIn(template)) found.push({ kind: 'export', name });
  return found;
}

/** Whether a template is that of the application, which makes the macro. */
export function isApplication(template: JsonObject): boolean {
  return Object.values(asObject(template.Resources)).some((resource) => {
    const { Type: type, Properties: properties } = asObject(resource);
    return type === 'AWS::CloudFormation::Macro' && asObject(properties).Name === macroName;
  });
}

/** Whether a Transform, or one in its list, is the macro. */
function isNamed(transform: Json | undefined): boolean {
  if (isList(transform)) return transform.some(isNamed);
  return transform === macroName || (isObject(transform) && member(transform, 'Name') === macroName);
}

function hasSnippet(value: Json): boolean {
  if (isList(value)) return value.some(hasSnippet);
  if (!isObject(value)) return false;
  return isNamed(member(value, 'Fn::Transform')) || Object.values(value).some(hasSnippet);
}

/** Whatever its type is called, its ServiceToken counts. */
function isSettings(resource: Json): boolean {
  const { Type: type, Properties: properties } = asObject(resource);
  if (type === settingsType) return true;
  const token = JSON.stringify(asObject(properties).ServiceToken ?? '');
  return customTypes.test(asText(type) ?? '') && token.includes(settingsFunction);
}

/** The application's exports that a template imports: CloudFormation does not delete a stack whose exports are in use. */
function importsIn(value: Json): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (each: Json) => {
    if (isList(each)) for (const entry of each) visit(entry);
    if (!isObject(each)) return;
    const name = importedName(member(each, 'Fn::ImportValue'));
    if (name !== undefined && exported.test(name)) found.add(name);
    for (const entry of Object.values(each)) visit(entry);
  };
  visit(value);
  return found;
}

/** The name in an Fn::ImportValue, also where its Fn::Sub has a placeholder for the stack's name. */
function importedName(value: Json | undefined): string | undefined {
  const text = isObject(value) ? member(value, 'Fn::Sub') : value;
  const template = isList(text) ? text[0] : text;
  return asText(template)?.replace(/\$\{[^}]*(?:\}|$)/g, 'stack');
}
