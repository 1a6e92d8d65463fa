// A CDK app with one repository with default settings, hardened by one line.
import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';

const app = new App();
const stack = new Stack(app, 'Repositories');
stack.addTransform('EcrHardening');
new Repository(stack, 'Orders', { repositoryName: 'cdk/orders' });
app.synth();
