import type { IConstruct } from 'constructs';
import type { TemplateOptions } from '../index.ts';
import { hardenConstruct, isRepository } from './harden-construct.ts';
import { type EcrHardeningProps, optionsOf } from './props.ts';

/**
 * Hardens the repositories of a scope at once:
 *
 *     Mixins.of(app).requireAll().apply(new EcrHardeningMixin());
 *
 * Needs an aws-cdk-lib with Mixins; with an earlier one use `EcrHardeningAspect`. A class, because the CDK names a mixin by it;
 * it does not name the CDK's interface, which an earlier one does not have.
 */
export class EcrHardeningMixin {
  readonly #options: TemplateOptions;

  constructor(props: EcrHardeningProps = {}) {
    this.#options = optionsOf(props);
  }

  /**
   * Every construct: what is not a repository stays as it is. `requireAll` refuses a scope that holds any construct that a
   * mixin does not support, so that with an answer for repositories alone it could not be used on an app.
   */
  supports(_construct: IConstruct): boolean {
    return true;
  }

  applyTo(construct: IConstruct): void {
    if (isRepository(construct)) hardenConstruct(construct, this.#options);
  }
}
