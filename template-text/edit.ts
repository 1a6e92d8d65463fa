/**
 * Changes values in a template's text and nothing else: comments, order, quotes, short tags and line endings stay byte
 * for byte. Printing the parsed values would lose all of them.
 */
import { isEqual, type JsonObject } from '../core/json.ts';
import { readDocument, type TemplateDocument } from './document.ts';
import { type Edit, editorOf } from './edit/editor.ts';
import { editAliases, editValue } from './edit/walk.ts';

/**
 * The text of a template with its values changed from `before` to `after`.
 *
 * @throws Error if the new text does not have the new values: a defect, which is never printed as a result
 */
export function editTemplate(template: TemplateDocument, after: JsonObject): string {
  const edits = editsFor(template, after);
  const text = apply(template.text, edits);
  if (edits.length > 0 && !isEqual(readDocument(text, template.file).value, after))
    throw new Error(`the edited text of ${template.file} does not mean what it should`);
  return text;
}

/** The edits that change a template's text, in its order. */
export function editsFor(template: TemplateDocument, after: JsonObject): readonly Edit[] {
  const editor = editorOf(template);
  editValue(editor, template.document.contents, template.value, after);
  editAliases(editor);
  return editor.edits.toSorted((one, other) => one.from - other.from || one.to - other.to);
}

function apply(text: string, edits: readonly Edit[]): string {
  let at = 0;
  let result = '';
  for (const { from, to, text: piece } of edits) {
    result += text.slice(at, from) + piece;
    at = to;
  }
  return result + text.slice(at);
}
