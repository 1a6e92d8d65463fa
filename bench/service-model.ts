/**
 * AWS's own models of its services, as botocore carries them in the Python environment of the local AWS: a stub that checks
 * requests and responses against them lets no client be fast by being wrong.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pythonEnvironment } from '../local/paths.ts';

/** A shape of a model, as far as it is checked. */
interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Reference>>;
  readonly member?: Reference;
  readonly key?: Reference;
  readonly value?: Reference;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

interface Reference {
  readonly shape: string;
  /** Its name on the wire, where it is another one. */
  readonly locationName?: string;
}

interface Model {
  readonly metadata: { readonly serviceId: string };
  readonly operations: Readonly<
    Record<string, { readonly input?: Reference; readonly output?: Reference } | undefined>
  >;
  readonly shapes: Readonly<Record<string, Shape | undefined>>;
}

/** One service's model. */
export interface ServiceModel {
  /** What is wrong with a request; undefined: nothing. */
  inputProblem(operation: string, input: unknown): string | undefined;
  /** The same of a response. */
  outputProblem(operation: string, output: unknown): string | undefined;
}

/**
 * @param service the name of its folder in botocore
 * @throws Error if the local AWS is not installed
 */
export function readServiceModel(service: string): ServiceModel {
  const folder = join(pythonEnvironment('ministack'), 'lib', 'python3.*', 'site-packages', 'botocore');
  // A later version of a service follows an earlier one.
  const file = globSync(join(folder, 'data', service, '*', 'service-2.json.gz'))
    .sort()
    .at(-1);
  if (file === undefined) throw new Error(`botocore has no model of ${service}: run node tools/setup.mjs`);
  const model: Model = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  const problem = (operation: string, direction: 'input' | 'output', value: unknown) => {
    const found = model.operations[operation];
    if (found === undefined) return `${model.metadata.serviceId} has no operation ${operation}`;
    const reference = found[direction];
    if (reference === undefined) return undefined;
    const wrong = problemOf(model, reference, value, direction === 'input');
    return wrong === undefined ? undefined : `${operation}, ${direction}${wrong}`;
  };
  return {
    inputProblem: (operation, input) => problem(operation, 'input', input),
    outputProblem: (operation, output) => problem(operation, 'output', output),
  };
}

/** @param isLimited whether lengths and patterns count: AWS's own responses may exceed them */
function problemOf(
  model: Model,
  { shape }: Reference,
  value: unknown,
  isLimited: boolean,
): string | undefined {
  const found = model.shapes[shape];
  if (found === undefined) return `: the model has no shape ${shape}`;
  const typed = ofType(found.type, value);
  if (!typed) return `: ${JSON.stringify(value)} is not ${found.type}`;
  switch (found.type) {
    case 'structure':
      return structureProblem(model, found, Object(value), isLimited);
    case 'list':
      return listProblem(model, found, Array.isArray(value) ? value : [], isLimited);
    case 'map':
      return mapProblem(model, found, Object(value), isLimited);
    case 'string':
      return isLimited ? stringProblem(found, String(value)) : undefined;
    default:
      return isLimited ? rangeProblem(found, Number(value)) : undefined;
  }
}

const isNumber = (value: unknown) => typeof value === 'number';
const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  structure: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  list: Array.isArray,
  string: (value) => typeof value === 'string',
  blob: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  long: Number.isInteger,
  float: isNumber,
  double: isNumber,
  timestamp: isNumber,
};

function ofType(type: string, value: unknown): boolean {
  return types[type]?.(value) ?? false;
}

function structureProblem(
  model: Model,
  { required = [], members = {} }: Shape,
  value: Readonly<Record<string, unknown>>,
  isLimited: boolean,
): string | undefined {
  const missing = required.find((name) => value[name] === undefined);
  if (missing !== undefined) return ` has no ${missing}`;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const reference = members[name];
    if (reference === undefined) return `.${name} is no member`;
    const wrong = problemOf(model, reference, member, isLimited);
    if (wrong !== undefined) return `.${name}${wrong}`;
  }
  return undefined;
}

function listProblem(
  model: Model,
  shape: Shape,
  value: readonly unknown[],
  isLimited: boolean,
): string | undefined {
  if (shape.member === undefined) return undefined;
  for (const [index, each] of value.entries()) {
    const wrong = problemOf(model, shape.member, each, isLimited);
    if (wrong !== undefined) return `[${index}]${wrong}`;
  }
  return isLimited ? rangeProblem(shape, value.length) : undefined;
}

function mapProblem(
  model: Model,
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  isLimited: boolean,
): string | undefined {
  for (const [key, each] of Object.entries(value)) {
    const wrong = shape.value && problemOf(model, shape.value, each, isLimited);
    if (wrong !== undefined) return `.${key}${wrong}`;
  }
  return undefined;
}

function stringProblem({ enum: values, pattern, ...shape }: Shape, value: string): string | undefined {
  if (values !== undefined && !values.includes(value)) return `: ${value} is none of ${values.join(', ')}`;
  if (pattern !== undefined && !matches(pattern, value)) return `: ${value} does not match ${pattern}`;
  return rangeProblem(shape, value.length);
}

/** Whole values; a pattern of Java's that JavaScript does not know is not checked. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true;
  }
}

function rangeProblem({ min, max }: Pick<Shape, 'min' | 'max'>, size: number): string | undefined {
  if (min !== undefined && size < min) return `: ${size} is less than ${min}`;
  return max !== undefined && size > max ? `: ${size} is more than ${max}` : undefined;
}
