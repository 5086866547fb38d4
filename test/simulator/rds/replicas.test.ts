import { expect, it } from 'vitest';
import { codeOf } from '../support.ts';
import { apps, rdsClients, shop } from './support.ts';

const named = { DBInstanceIdentifier: 'reads', SourceDBInstanceIdentifier: 'orders' };

it("a read replica has its source's key and settings, but for those that RDS gives its defaults", async () => {
  const { rds, settled, describe, truth } = rdsClients(shop({ class: 'db.r6g.large', monitoring: undefined }));
  await rds.createDBInstanceReadReplica({ ...named, VpcSecurityGroupIds: [apps] });
  await settled('reads');
  const [source, replica] = await Promise.all([describe('orders'), describe('reads')]);
  expect(replica).toMatchObject({
    DBInstanceClass: 'db.r6g.large',
    KmsKeyId: source?.KmsKeyId,
    BackupRetentionPeriod: 0,
    ReadReplicaSourceDBInstanceIdentifier: 'orders',
    StatusInfos: [{ StatusType: 'read replication', Normal: true, Status: 'replicating' }],
  });
  expect(replica?.DBParameterGroups).toEqual(source?.DBParameterGroups);
  expect(source?.ReadReplicaDBInstanceIdentifiers).toEqual(['reads']);
  expect(truth('reads').readable).toBe(true);
});

it('a read replica needs a source with automated backups, which takes no other change while it is begun', async () => {
  const without = rdsClients(shop({ backupRetention: 0 }));
  expect(await codeOf(without.rds.createDBInstanceReadReplica(named))).toBe('InvalidDBInstanceStateFault');
  const { rds, settled } = rdsClients();
  await rds.createDBInstanceReadReplica(named);
  const another = { ...named, DBInstanceIdentifier: 'report' };
  expect(await codeOf(rds.createDBInstanceReadReplica(named))).toBe('DBInstanceAlreadyExistsFault');
  expect(await codeOf(rds.createDBInstanceReadReplica(another))).toBe('InvalidDBInstanceStateFault');
  await settled('orders');
  expect(await codeOf(rds.createDBInstanceReadReplica(another))).toBe('accepted');
});

it('a read replica follows its source through a rename, and is an instance of its own once that is deleted', async () => {
  const { rds, settled, describe, until, account } = rdsClients();
  await rds.createDBInstanceReadReplica(named);
  await settled('reads');
  const before = { DBInstanceIdentifier: 'orders', NewDBInstanceIdentifier: 'orders-old', ApplyImmediately: true };
  await rds.modifyDBInstance(before);
  await settled('orders-old');
  expect((await describe('reads'))?.ReadReplicaSourceDBInstanceIdentifier).toBe('orders-old');
  await rds.deleteDBInstance({ DBInstanceIdentifier: 'orders-old', SkipFinalSnapshot: true });
  await until(async () => account.state().databases.length === 1);
  expect(await describe('reads')).toMatchObject({ StatusInfos: [] });
  expect((await describe('reads'))?.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined();
});
