import { setTimeout as pause } from 'node:timers/promises';
import { EC2 } from '@aws-sdk/client-ec2';
import { KMS } from '@aws-sdk/client-kms';
import { RDS } from '@aws-sdk/client-rds';
import { STS } from '@aws-sdk/client-sts';
import { createAccount } from '../../../src/simulator/account.ts';
import { scenarioOf } from '../../../src/simulator/scenario.ts';
import { serve } from '../../../src/simulator/server.ts';
import { declared, made } from './databases.ts';
import type { Clients, Ground, Scenario, Side } from './script.ts';

const region = 'eu-west-1';
const zones = { zone: 'eu-west-1a', otherZone: 'eu-west-1b' } as const;
// moto's own; ours is any.
const account = '123456789012';
const alias = 'alias/application-20180606';
const device = '/dev/sda1';
const nothing = { instance: '', root: '', groups: { own: '', other: '' } };

function clientsOf(endpoint: string): Clients {
  const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };
  // A connection that the server closes for being idle, just as it is used again, would look like a failed call.
  const config = { endpoint, region, credentials, requestHandler: { httpAgent: { keepAlive: false } }, maxAttempts: 1 };
  return { ec2: new EC2(config), kms: new KMS(config), rds: new RDS(config), sts: new STS(config) };
}

/** The simulated account on HTTP with nothing but the ground, on a clock that stands until a scenario lets time pass. */
export async function freshSimulated({ databases }: Scenario): Promise<Side> {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const id = '0180606a-0000-4000-8000-000000000001';
  const common = { account, region, limits: { throttling: false }, keys: [{ alias, id }] };
  const instance = 'i-0123456789abcdef0';
  const root = 'vol-0a11ce00000000001';
  const key = { id, arn: `arn:aws:kms:${region}:${account}:key/${id}`, alias };
  const { groups, scenario } = declared(alias);
  const instances = [
    {
      ...{ id: instance, name: 'orders-api', type: 't3.micro', az: zones.zone, publicIp: 'auto' as const },
      volumes: [{ id: root, device, size: 8, type: 'gp3' as const, key: alias, deleteOnTermination: true }],
    },
  ];
  const given = databases ? { ...common, ...scenario } : { ...common, instances };
  const ground: Ground = { ...nothing, ...zones, key, ...(databases ? { groups } : { instance, root }) };
  const { url, close } = await serve(createAccount({ scenario: scenarioOf(given), now: () => clock.now }));
  return {
    ...clientsOf(url),
    ground,
    async pass(ms) {
      clock.now += ms;
    },
    close,
  };
}

/** moto with the same ground made in it; for some it is emptied first, which takes as long as a scenario. */
export async function freshMoto(url: string, { alone, databases }: Scenario): Promise<Side> {
  // The names of databases are fixed ones.
  const reset = alone || databases ? await fetch(`${url}/moto-api/reset`, { method: 'POST' }) : undefined;
  if (reset?.ok === false) throw new Error(`moto can't be reset: HTTP ${reset.status}`);
  const clients = clientsOf(url);
  const { kms } = clients;
  const { KeyMetadata } = await kms.createKey({ KeyUsage: 'ENCRYPT_DECRYPT' });
  const { KeyId: id = '', Arn: arn = '' } = KeyMetadata ?? {};
  await kms.createAlias({ AliasName: alias, TargetKeyId: arn });
  const own = databases ? { groups: await made(clients, arn) } : await madeInstance(clients.ec2, arn);
  return {
    ...clients,
    ground: { ...nothing, ...zones, key: { id, arn, alias }, ...own },
    // Nothing takes time in moto but its clock, which is the one on the wall and shows whole seconds.
    pass: (ms) => pause(Math.min(ms, 1_100)),
    // The next ground needs the name.
    async close() {
      await kms.deleteAlias({ AliasName: alias });
    },
  };
}

async function madeInstance(ec2: EC2, key: string): Promise<Pick<Ground, 'instance' | 'root'>> {
  const { Instances } = await ec2.runInstances({
    ImageId: await imageIn(ec2),
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZone: zones.zone },
    BlockDeviceMappings: [
      {
        DeviceName: device,
        Ebs: { VolumeSize: 8, VolumeType: 'gp3', Encrypted: true, KmsKeyId: key, DeleteOnTermination: true },
      },
    ],
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'orders-api' }] }],
  });
  const instance = Instances?.[0]?.InstanceId ?? '';
  const { Reservations } = await ec2.describeInstances({ InstanceIds: [instance] });
  const root = Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
  return { instance, root };
}

let image: string | undefined;

// The same after every reset; describing images takes longer than a scenario.
async function imageIn(ec2: EC2): Promise<string | undefined> {
  if (image === undefined) {
    const { Images } = await ec2.describeImages({ Filters: [{ Name: 'root-device-name', Values: [device] }] });
    image = Images?.find(({ Platform }) => Platform === undefined)?.ImageId;
  }
  return image;
}
