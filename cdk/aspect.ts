import { Aspects, type IAspect, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { TemplateOptions } from '../index.ts';
import { hardenConstruct, isOpen, isRepository } from './harden-construct.ts';
import { type EcrHardeningProps, optionsOf } from './props.ts';

/**
 * Hardens the repositories of a scope when the app is synthesised, whatever is added to it before:
 *
 *     Aspects.of(app).add(new EcrHardeningAspect());
 *
 * The CDK applies no aspect of a scope to a Stage in it, whose templates it has written before. An aspect that would have had
 * something to set there fails, since nobody else says that these repositories are not hardened.
 */
export class EcrHardeningAspect implements IAspect {
  readonly #options: TemplateOptions;

  constructor(props: EcrHardeningProps = {}) {
    this.#options = optionsOf(props);
  }

  visit(construct: IConstruct): void {
    if (isRepository(construct)) hardenConstruct(construct, this.#options);
    for (const child of construct.node.children) if (Stage.isStage(child)) this.#refuseOpen(child);
  }

  #refuseOpen(stage: Stage): void {
    if (Aspects.of(stage).all.some((each) => each instanceof EcrHardeningAspect)) return;
    const open = stage.node.findAll().find((each) => isRepository(each) && isOpen(each, this.#options));
    if (open !== undefined)
      throw new Error(
        `The CDK does not apply this aspect to ${open.node.path}, which is in a Stage: add an EcrHardeningAspect to the Stage ${stage.node.path} too, or use EcrHardeningMixin.`,
      );
  }
}
