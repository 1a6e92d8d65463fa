/** Checks requests to a stub, and its responses, against AWS's models: no client is fast by being wrong. */
import { readServiceModel, type ServiceModel } from './service-model.ts';
import { type Answer, failure, type Input } from './stub-answers.ts';

/** The checks of one stub. */
export interface Checks {
  /** What did not fit, each once: requests, which are refused, and the stub's own responses. */
  readonly problems: ReadonlySet<string>;
  /**
   * The answer to a request, or that it is not valid.
   *
   * @param protocol what names the service: `x-amz-target` without the operation, or the Version of AWS's query protocol
   */
  checked(protocol: string | undefined, operation: string, input: Input, answer: () => Answer): Answer;
}

/** Services by what names them in a request. Others are not checked. */
const services: Readonly<Record<string, string>> = {
  AmazonEC2ContainerRegistry_V20150921: 'ecr',
  AmazonEC2ContainerServiceV20141113: 'ecs',
  DynamoDB_20120810: 'dynamodb',
  ResourceGroupsTaggingAPI_20170126: 'resourcegroupstaggingapi',
  '2010-05-15': 'cloudformation',
  '2011-06-15': 'sts',
};

// Each model is read when its service is first called.
const models = new Map<string, ServiceModel>();

function modelOf(protocol: string | undefined): ServiceModel | undefined {
  const service = services[protocol ?? ''];
  if (service === undefined) return undefined;
  const model = models.get(service) ?? readServiceModel(service);
  models.set(service, model);
  return model;
}

export function startChecks(): Checks {
  const problems = new Set<string>();
  return {
    problems,
    checked(protocol, operation, input, answer) {
      const model = modelOf(protocol);
      const wrong = model?.inputProblem(operation, input);
      if (wrong !== undefined) {
        problems.add(wrong);
        return failure('ValidationException', wrong);
      }
      const answered = answer();
      const { status = 200, body } = answered;
      const broken = status === 200 && !('xml' in body) ? model?.outputProblem(operation, body) : undefined;
      if (broken !== undefined) problems.add(broken);
      return answered;
    },
  };
}
