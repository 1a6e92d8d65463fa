/** The templates of a synthesised app, nested stacks too. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asObject, isObject, type JsonObject } from '../core/json.ts';

/** A template with the file that it is in. */
export interface SynthesizedTemplate {
  readonly file: string;
  readonly template: JsonObject;
}

/** The templates in files, each followed by those of its nested stacks. */
export function readTemplates(files: readonly string[]): readonly SynthesizedTemplate[] {
  return [...new Set(files.flatMap((file) => [file, ...nestedFiles(file)]))].map((file) => ({
    file,
    template: readMap(file),
  }));
}

/** The files of nested stacks, which the CDK lists among a stack's assets. */
function nestedFiles(file: string): readonly string[] {
  const assets = file.replace(/\.template\.json$/, '.assets.json');
  if (assets === file || !existsSync(assets)) return [];
  return Object.values(asObject(readMap(assets).files)).flatMap((asset) => {
    const { path } = asObject(asObject(asset).source);
    return typeof path === 'string' && path.endsWith('.nested.template.json')
      ? [join(dirname(file), path)]
      : [];
  });
}

function readMap(file: string): JsonObject {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isObject(value) ? value : {};
}
