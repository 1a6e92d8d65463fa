import { member, withMember } from '../json.ts';
import { type Control, type ControlMetadata, repositoryType, setDefault } from './control.ts';

export const aboutRetain: ControlMetadata = {
  name: 'Retain',
  title: 'Deleting a stack keeps the images',
  why: 'A repository that is deleted with its stack takes every image with it, also those that still run elsewhere.',
  remediation: "Write DeletionPolicy: Retain and UpdateReplacePolicy: Retain beside the resource's Type.",
  source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html',
  relatedChecks: [],
};

export const retain: Control = {
  name: 'Retain',
  types: [repositoryType],
  isOn: (policy) => policy.Retain,
  isOfAttributes: true,
  harden: (resource, _type, context) =>
    ['DeletionPolicy', 'UpdateReplacePolicy'].reduce((current, attribute) => {
      if (member(current, attribute) !== undefined) return current;
      return withMember(current, attribute, setDefault(context, attribute, 'Retain', 'Retain was asked for'));
    }, resource),
};
