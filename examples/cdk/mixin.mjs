// A CDK app with one repository with default settings, hardened by a mixin: no deployed macro is needed.
import { App, Mixins, Stack, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { EcrHardeningMixin, EcrHardeningValidation } from 'ecr-hardening/cdk';

const app = new App();
const stack = new Stack(app, 'Repositories');
new Repository(stack, 'Orders', { repositoryName: 'cdk/mixin' });
Mixins.of(app)
  .requireAll()
  .apply(new EcrHardeningMixin({ lifecycle: { KeepImages: 50 } }));
Validations.of(app).addPlugins(new EcrHardeningValidation());
app.synth();
