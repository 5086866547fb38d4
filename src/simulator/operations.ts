import type { GetEbsDefaultKmsKeyIdRequest, GetEbsEncryptionByDefaultRequest } from '@aws-sdk/client-ec2';
import type { GetCallerIdentityRequest } from '@aws-sdk/client-sts';
import { trailOperations } from './cloudtrail/lookup.ts';
import { ebsOperations } from './ebs/changed-blocks.ts';
import { attachmentOperations } from './ec2/attachments.ts';
import { instanceTypeOperations } from './ec2/instance-types.ts';
import { instanceViewOperations } from './ec2/instance-views.ts';
import { instanceOperations } from './ec2/instances.ts';
import { networkOperations } from './ec2/network.ts';
import { securityGroupOperations } from './ec2/security-groups.ts';
import { snapshotOperations } from './ec2/snapshots.ts';
import { tagOperations } from './ec2/tags.ts';
import { volumeOperations } from './ec2/volumes.ts';
import { aliasOperations } from './kms/aliases.ts';
import { dataKeyOperations } from './kms/data-keys.ts';
import { keyOperations } from './kms/keys.ts';
import { type Operations, operation } from './operation.ts';
import { rdsOperations } from './rds/operations.ts';
import { secretOperations } from './secretsmanager/secrets.ts';
import type { ServiceName } from './wire/route.ts';

/** Every operation of the simulated account, by service. A service that comes later gets a line here and one in wire/route.ts. */
export const operations: Readonly<Record<ServiceName, Operations>> = {
  cloudtrail: trailOperations,
  ebs: ebsOperations,
  ec2: {
    ...volumeOperations,
    ...snapshotOperations,
    ...attachmentOperations,
    ...instanceOperations,
    ...instanceViewOperations,
    ...instanceTypeOperations,
    ...networkOperations,
    ...securityGroupOperations,
    ...tagOperations,
    GetEbsDefaultKmsKeyId: operation<GetEbsDefaultKmsKeyIdRequest>([], (world) => ({
      KmsKeyId: world.ebs.defaultKey,
    })),
    GetEbsEncryptionByDefault: operation<GetEbsEncryptionByDefaultRequest>([], (world) => ({
      EbsEncryptionByDefault: world.ebs.encryptionByDefault,
    })),
  },
  kms: { ...keyOperations, ...aliasOperations, ...dataKeyOperations },
  rds: rdsOperations,
  secretsmanager: secretOperations,
  sts: {
    GetCallerIdentity: operation<GetCallerIdentityRequest>([], (world) => ({
      Account: world.account,
      UserId: 'AROAEXAMPLEEXAMPLE:rekey',
      Arn: `arn:aws:sts::${world.account}:assumed-role/rekey/rekey`,
    })),
  },
};

/** The names of all operations, of whichever service. */
export function operationNames(): ReadonlySet<string> {
  return new Set(Object.values(operations).flatMap((known) => Object.keys(known)));
}
