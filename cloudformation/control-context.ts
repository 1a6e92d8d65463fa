/** What the controls are applied to a template with. */
import type { Control } from '../core/controls/control.ts';
import type { ControlCode } from '../core/controls/index.ts';
import type { DocumentRules } from '../core/documents.ts';
import type { Finding } from '../core/finding.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { Encryption } from '../core/settings/encryption.ts';
import type { Settings } from '../core/settings/settings.ts';
import type { creationTemplateRules } from './creation-template.ts';
import type { Scope } from './scope.ts';

/** A decision before its control and its resource are known. */
export type ControlFinding = Omit<Finding, 'control' | 'logicalId'>;

/** The context of one control while a resource is hardened. */
export interface ControlContext {
  readonly control: Control<string, ControlCode>;
  readonly policy: Policy;
  /** What is known of intrinsics and conditions. */
  readonly scope: Scope;
  /** What may still write more properties: a loop or a snippet inside Properties, a snippet beside them. */
  readonly mayGainProperties: 'by-loop' | 'by-snippet' | undefined;
  readonly written: WrittenDefaults;
  /** What a default that is about to be written becomes: `after` of what is answered is written. */
  readonly review?: ((finding: ControlFinding) => ControlFinding) | undefined;
  readonly rules: ControlRules;
  /** Takes one decision; the control's name and the logical ID are filled in. */
  readonly addFinding: (finding: ControlFinding) => void;
}

/**
 * What only some templates need: much code, which takes its time when a function starts. Each is called only where it is needed,
 * and whoever hardens a template says where it comes from.
 */
export interface ControlRules {
  /** What hardens the policies that authors write as documents. */
  readonly documents: () => TemplateDocuments;
  /** What hardens mutabilities with exclusion filters, and with conditions. */
  readonly filters: () => TemplateFilters;
  readonly creationTemplates: () => typeof creationTemplateRules;
}

/** Of `template-documents.ts`. */
export interface TemplateDocuments extends ReturnType<DocumentRules> {
  /** Checks each repository policy that can be at a path. */
  checkRepositoryPolicy(raw: Json, path: Path, context: ControlContext): void;
  /** Checks the tags at a path; `raw` is undefined where there are none. */
  checkTags(raw: Json | undefined, path: Path, context: ControlContext): void;
  /** How a value encrypts, as far as it is known. */
  readEncryption(value: Json, scope: Scope): Encryption;
  /** The names that resemble one of those that are allowed. */
  misspeltNames(names: readonly string[], allowed: readonly string[]): readonly string[];
  /** The text of a lifecycle policy, or what is to be written in its place. */
  hardenLifecyclePolicy(value: Json, place: WritablePlace, context: ControlContext): Json | undefined;
  /** Refuses a lifecycle policy that is not known if it is wrong whatever it becomes; answers whether it is. */
  refuseLifecyclePolicy(raw: Json, path: Path, context: ControlContext): boolean;
}

/** Of `settings/mutability-pairs.ts`. */
export interface TemplateFilters {
  hardenPairs(pair: MutabilityPair, paths: MutabilityPaths, context: ControlContext): MutabilityPair;
}

/** A mutability and its exclusion filters as in the template. */
export interface MutabilityPair {
  readonly mutability: Json | undefined;
  readonly filters: Json | undefined;
}

/** Their paths. */
export type MutabilityPaths = { readonly [Name in keyof MutabilityPair]: Path };

/** A default lifecycle policy that is about to be written into a repository of a template. */
export interface ReviewedDefault {
  readonly logicalId: string | undefined;
  /** The repository's Properties, or a branch of them. */
  readonly properties: JsonObject;
  /** What is known in them. */
  readonly scope: Scope;
  /** `after` is the property's value, or the text in it, as `path` shows. */
  readonly finding: ControlFinding;
}

/** Decides what becomes of one: the finding that is answered is reported, and its `after` is written. */
export type ReviewDefault = (place: ReviewedDefault) => ControlFinding;

/** A place of a template that holds a setting. */
export interface SettingPlace {
  readonly path: Path;
  /** The value in the template; undefined if there is none. */
  readonly raw: Json | undefined;
  /** How a setting is written there; undefined if there is none to write. One function for each kind of place. */
  readonly write: (settings: Partial<Settings>) => Json | undefined;
  /** Whether the value is a parameter's or derived from one, and so must not be shown. */
  readonly isHidden?: boolean;
  /** Whether the place holds JSON text, in which an issue's path leads on. */
  readonly isText?: boolean;
}

/** One that has a value. */
export interface WritablePlace extends SettingPlace {
  readonly raw: Json;
}

type Write = SettingPlace['write'];

/** The defaults of one policy as they are written, by the kind of place. */
export type WrittenDefaults = Map<Write, Json | undefined>;
