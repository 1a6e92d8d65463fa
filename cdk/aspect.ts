import type { IAspect } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { TemplateOptions } from '../index.ts';
import { hardenConstruct, isRepository } from './harden-construct.ts';
import { type EcrHardeningProps, optionsOf } from './props.ts';

/**
 * Hardens the repositories of a scope when the app is synthesised, whatever is added to it before:
 *
 *     Aspects.of(app).add(new EcrHardeningAspect());
 */
export class EcrHardeningAspect implements IAspect {
  readonly #options: TemplateOptions;

  constructor(props: EcrHardeningProps = {}) {
    this.#options = optionsOf(props);
  }

  visit(construct: IConstruct): void {
    if (isRepository(construct)) hardenConstruct(construct, this.#options);
  }
}
