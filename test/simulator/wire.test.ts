import { DescribeVolumesCommand, EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../../src/simulator/account.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { scenarioOf } from '../../src/simulator/scenario.ts';
import { clients, codeOf, fleet } from './support.ts';

const account = () => createAccount({ scenario: scenarioOf(fleet()), now: () => Date.UTC(2026, 0, 1) });
const signed = (service: string, region = 'eu-west-1') => ({
  Authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const send = async (body: string, headers: Record<string, string> = signed('ec2')) => {
  const answer = await account().handle({ method: 'POST', path: '/', headers, body });
  if (answer.kind !== 'answer') throw new Error(answer.kind);
  return { status: answer.response.statusCode, body: answer.response.body };
};

describe('the wire of the simulated account', () => {
  test.each([
    ['an unsigned request', 'Action=DescribeVolumes', {}, 403, 'MissingAuthenticationToken'],
    ['a service it has not', 'Action=X', signed('s3'), 400, 'UnsupportedOperation'],
    ['another Region', 'Action=DescribeVolumes', signed('ec2', 'us-east-1'), 401, 'AuthFailure'],
    ['no action', 'Version=2016-11-15', signed('ec2'), 400, 'MissingAction'],
    ['another API version', 'Action=DescribeVolumes&Version=2010-01-01', signed('ec2'), 400, 'InvalidParameterValue'],
    ['an operation that EC2 has not', 'Action=MakeCoffee', signed('ec2'), 400, 'InvalidAction'],
    ['a name out of the JavaScript prototype', 'Action=constructor', signed('ec2'), 400, 'InvalidAction'],
    ['an operation that is not modelled', 'Action=RunInstances', signed('ec2'), 400, 'UnsupportedOperation'],
    ['an unknown parameter', 'Action=DescribeVolumes&Bogus=1', signed('ec2'), 400, 'UnknownParameter'],
    ['an unknown parameter inside', 'Action=DescribeVolumes&Filter.1.Nam=x', signed('ec2'), 400, 'UnknownParameter'],
    ['a number that is none', 'Action=DescribeVolumes&MaxResults=lots', signed('ec2'), 400, 'InvalidParameterValue'],
    ['a list that is a value', 'Action=DescribeVolumes&VolumeId=vol-1', signed('ec2'), 400, 'InvalidParameterValue'],
    [
      'a parameter given twice',
      'Action=DescribeVolumes&MaxResults=5&MaxResults=6',
      signed('ec2'),
      400,
      'MalformedQueryString',
    ],
    ['a prototype in a parameter', 'Action=DescribeVolumes&__proto__.x=1', signed('ec2'), 400, 'UnknownParameter'],
  ])('refuses %s', async (_what, body, headers, status, code) => {
    const answer = await send(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  test.each([
    ['no target', '', '{}', 'UnknownOperationException'],
    ['an operation that KMS has not', 'TrentService.Brew', '{}', 'UnknownOperationException'],
    ['an operation that is not modelled', 'TrentService.Encrypt', '{"KeyId":"x"}', 'UnsupportedOperation'],
    ['an unknown parameter', 'TrentService.DescribeKey', '{"KeyID":"x"}', 'ValidationException'],
    ['a body that is no JSON', 'TrentService.DescribeKey', '{', 'SerializationException'],
    ['a body that is no object', 'TrentService.DescribeKey', '[]', 'SerializationException'],
  ])('refuses from KMS %s', async (_what, target, body, code) => {
    const answer = await send(body, { ...signed('kms'), 'X-Amz-Target': target });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ __type: code });
  });

  test('a parameter that AWS has and the account does not model is refused by its name, never ignored', async () => {
    const { ec2 } = clients();
    const call = ec2.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 8, OutpostArn: 'arn:aws:outposts:x' });
    await expect(call).rejects.toMatchObject({
      name: 'UnsupportedOperation',
      message: expect.stringContaining('OutpostArn'),
    });
    const deep = ec2.modifyInstanceAttribute({
      InstanceId: 'i-00000000000000001',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvdf', NoDevice: '' }],
    });
    await expect(deep).rejects.toMatchObject({ message: expect.stringContaining('BlockDeviceMappings.NoDevice') });
  });

  test('text passes through unharmed, whatever it holds', async () => {
    const { ec2 } = clients();
    const value = `<a href="x">&amp; 'é' $\{{ keys.to }}\t</a>`;
    await ec2.createTags({ Resources: ['vol-00000000000000003'], Tags: [{ Key: 'k<&>', Value: value }] });
    const [volume] = (await ec2.describeVolumes({ VolumeIds: ['vol-00000000000000003'] })).Volumes ?? [];
    expect(volume?.Tags).toContainEqual({ Key: 'k<&>', Value: value });
  });

  test('statuses are those of AWS: 412 for a dry run, 400 for a client error', async () => {
    const { ec2 } = clients();
    const status = (call: Promise<unknown>) =>
      call.then(
        () => 200,
        (error) => error.$metadata?.httpStatusCode,
      );
    expect(await status(ec2.deleteVolume({ VolumeId: 'vol-00000000000000003', DryRun: true }))).toBe(412);
    expect(await status(ec2.deleteVolume({ VolumeId: 'vol-0000000000000000f' }))).toBe(400);
  });

  test('a dry run changes nothing', async () => {
    const { ec2, account } = clients();
    const before = account.state().volumes;
    expect(await codeOf(ec2.deleteVolume({ VolumeId: 'vol-00000000000000003', DryRun: true }))).toBe('DryRunOperation');
    expect(account.state().volumes).toEqual(before);
  });

  test('an aborted request rejects, and so does one that is never answered when the client has a limit', async () => {
    const { account: silent, ec2 } = clients(fleet(), { timeoutMs: 20 });
    silent.faults.add({ operation: '*', kind: 'silence' });
    expect(await codeOf(ec2.describeVolumes({}))).toBe('TimeoutError');
    const config = { region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };
    const patient = new EC2({ ...config, requestHandler: requestHandler(silent) });
    const abort = new AbortController();
    const call = patient.send(new DescribeVolumesCommand({}), { abortSignal: abort.signal });
    setTimeout(() => abort.abort(), 10);
    expect(await codeOf(call)).toBe('AbortError');
  });
});
