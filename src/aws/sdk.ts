import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/**
 * The client packages of the SDK, each loaded when it is first asked for. They are CommonJS: an `import()` of them reads the
 * two megabytes twice more, to find out what they are and what they export, and takes twice as long.
 */
export const sdk = {
  cloudtrail: () => load('@aws-sdk/client-cloudtrail') as typeof import('@aws-sdk/client-cloudtrail'),
  ebs: () => load('@aws-sdk/client-ebs') as typeof import('@aws-sdk/client-ebs'),
  ec2: () => load('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2'),
  kms: () => load('@aws-sdk/client-kms') as typeof import('@aws-sdk/client-kms'),
  rds: () => load('@aws-sdk/client-rds') as typeof import('@aws-sdk/client-rds'),
  secretsmanager: () => load('@aws-sdk/client-secrets-manager') as typeof import('@aws-sdk/client-secrets-manager'),
  sts: () => load('@aws-sdk/client-sts') as typeof import('@aws-sdk/client-sts'),
};
