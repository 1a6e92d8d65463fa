import { describe, expect, test } from '@jest/globals';
import { publicLookups } from '../../../local/demo/public-parameters.ts';

const image = 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>';
const name = '/aws/service/ami-amazon-linux-latest/x';

describe('parameters that AWS looks up among its public ones', () => {
  test.each([
    [
      { Type: image, Default: name },
      {},
      [{ parameter: 'P', publicName: name, placeholder: 'ami-00000000000000000' }],
    ],
    [
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      { P: name },
      [{ parameter: 'P', publicName: name, placeholder: 'placeholder' }],
    ],
    [
      { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
      {},
      [{ parameter: 'P', publicName: '/cdk-bootstrap/hnb659fds/version', placeholder: '28' }],
    ],
    [{ Type: image, Default: name }, { P: '/mine' }, []],
    [{ Type: 'String', Default: name }, {}, []],
    [{ Type: image }, {}, []],
  ])('%j with %j', (declared, given, lookups) => {
    expect(publicLookups({ Parameters: { P: declared } }, given)).toEqual(lookups);
  });
});
