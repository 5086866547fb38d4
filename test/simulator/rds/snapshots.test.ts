import { describe, expect, test } from 'vitest';
import { codeOf } from '../support.ts';
import { rdsClients, shop } from './support.ts';

type Set = ReturnType<typeof rdsClients>;
const take = (set: Set, DBSnapshotIdentifier = 'last', DBInstanceIdentifier = 'orders') =>
  set.rds.createDBSnapshot({ DBInstanceIdentifier, DBSnapshotIdentifier });
const copy = (set: Set, target: string, more = {}) =>
  set.rds.copyDBSnapshot({ SourceDBSnapshotIdentifier: 'last', TargetDBSnapshotIdentifier: target, ...more });
const shown = async (set: Set, id: string) =>
  (await set.rds.describeDBSnapshots({ DBSnapshotIdentifier: id })).DBSnapshots?.[0];

async function withSnapshot(changes: Parameters<typeof shop>[0] = {}, more: Parameters<typeof shop>[1] = {}) {
  const set = rdsClients(shop(changes, more));
  await take(set);
  await set.settled('orders');
  return set;
}

describe('snapshots of the simulated databases', () => {
  test('the point in time comes some seconds after the call, and until then there is none to be told', async () => {
    const set = rdsClients(shop({ workload: { everySeconds: 0.5 } }));
    const { DBSnapshot } = await take(set);
    expect(DBSnapshot).toMatchObject({ Status: 'creating', PercentProgress: 0, Encrypted: true });
    expect(DBSnapshot?.SnapshotCreateTime).toBeUndefined();
    set.pass(15_000);
    const taken = (await shown(set, 'last'))?.SnapshotCreateTime?.getTime() ?? 0;
    expect(taken).toBeGreaterThan(set.now() - 14_000);
    await set.settled('orders');
    expect(await shown(set, 'last')).toMatchObject({ Status: 'available', PercentProgress: 100, AllocatedStorage: 20 });
  });

  test('while it is made the instance is backing-up, takes no change, and goes on serving', async () => {
    const set = rdsClients();
    set.pass(30_000);
    await take(set);
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('backing-up');
    expect(await codeOf(take(set, 'another'))).toBe('InvalidDBInstanceStateFault');
    const modify = { DBInstanceIdentifier: 'orders', DeletionProtection: true };
    expect(await codeOf(set.rds.modifyDBInstance(modify))).toBe('InvalidDBInstanceStateFault');
    const before = set.account.state().clients[0]?.writes ?? 0;
    set.pass(60_000);
    expect(set.account.state().clients[0]?.writes).toBeGreaterThan(before);
  });

  test('an identifier is a token: the same one again already exists, also in other letters', async () => {
    const set = await withSnapshot();
    expect(await codeOf(take(set, 'LAST'))).toBe('DBSnapshotAlreadyExistsFault');
    expect(await codeOf(copy(set, 'Last'))).toBe('DBSnapshotAlreadyExistsFault');
    expect(await codeOf(take(set, 'bad--name'))).toBe('InvalidParameterValue');
    expect(await codeOf(take(set, '9lives'))).toBe('InvalidParameterValue');
  });

  test('only a copy changes the key, and without one it keeps the source key', async () => {
    const set = await withSnapshot();
    const { KeyMetadata: old } = await set.kms.describeKey({ KeyId: 'alias/old' });
    const { KeyMetadata: fresh } = await set.kms.describeKey({ KeyId: 'alias/new' });
    expect((await shown(set, 'last'))?.KmsKeyId).toBe(old?.Arn);
    const { DBSnapshot } = await copy(set, 'rekeyed', { KmsKeyId: 'alias/new' });
    await copy(set, 'same');
    expect(DBSnapshot?.KmsKeyId).toBe(fresh?.Arn);
    expect((await shown(set, 'same'))?.KmsKeyId).toBe(old?.Arn);
  });

  test('a copy does not tell its source, and keeps the resource id and name of the instance', async () => {
    const set = await withSnapshot();
    await copy(set, 'rekeyed', { KmsKeyId: 'alias/new' });
    await set.snapshotted('rekeyed');
    const made = await shown(set, 'rekeyed');
    const source = await shown(set, 'last');
    expect(made?.SourceDBSnapshotIdentifier).toBeUndefined();
    expect(made).toMatchObject({ DbiResourceId: source?.DbiResourceId, DBInstanceIdentifier: 'orders' });
    expect(made?.OriginalSnapshotCreateTime).toEqual(source?.SnapshotCreateTime);
    expect(made?.SnapshotCreateTime).not.toEqual(source?.SnapshotCreateTime);
    expect(made?.TagList).toEqual([]);
  });

  test('a key that can not be used is refused at once', async () => {
    const set = await withSnapshot();
    expect(await codeOf(copy(set, 'a', { KmsKeyId: 'alias/disabled' }))).toBe('KMSKeyNotAccessibleFault');
    expect(await codeOf(copy(set, 'b', { KmsKeyId: 'alias/nobody' }))).toBe('KMSKeyNotAccessibleFault');
  });

  test('a key that is disabled while the copy is made lets it fail', async () => {
    const set = await withSnapshot();
    await copy(set, 'rekeyed', { KmsKeyId: 'alias/new' });
    set.account.act({ do: 'disable-key', key: 'alias/new' });
    set.pass(3_600_000);
    expect((await shown(set, 'rekeyed'))?.Status).toBe('failed');
  });

  test('a source that is deleted while it is copied lets the copy fail', async () => {
    const set = await withSnapshot();
    await copy(set, 'rekeyed', { KmsKeyId: 'alias/new' });
    await set.rds.deleteDBSnapshot({ DBSnapshotIdentifier: 'last' });
    set.pass(3_600_000);
    expect((await shown(set, 'rekeyed'))?.Status).toBe('failed');
    expect(await codeOf(shown(set, 'last'))).toBe('DBSnapshotNotFoundFault');
  });

  test('only an available snapshot can be copied', async () => {
    const set = rdsClients();
    await take(set);
    expect(await codeOf(copy(set, 'rekeyed'))).toBe('InvalidDBSnapshotStateFault');
    expect(await codeOf(set.rds.deleteDBSnapshot({ DBSnapshotIdentifier: 'last' }))).toBe(
      'InvalidDBSnapshotStateFault',
    );
  });

  test('copies have slots, and those of one instance wait for one another', async () => {
    const set = await withSnapshot({}, { limits: { databaseSnapshotCopies: 2 } });
    await copy(set, 'a');
    await copy(set, 'b');
    expect((await shown(set, 'a'))?.Status).toBe('creating');
    expect((await shown(set, 'b'))?.Status).toBe('pending');
    set.pass(12_000);
    expect((await shown(set, 'a'))?.Status).toBe('copying');
    expect(await codeOf(copy(set, 'c'))).toBe('SnapshotQuotaExceededFault');
    await set.snapshotted('a');
    const b = await shown(set, 'b');
    expect(b).toMatchObject({ Status: 'creating' });
    expect(b?.PercentProgress).toBeLessThan(20);
    expect(await codeOf(copy(set, 'c'))).toBe('accepted');
    await set.snapshotted('c');
  });

  test('a copy that is deleted in progress ends, and makes room', async () => {
    const set = await withSnapshot({}, { limits: { databaseSnapshotCopies: 1 } });
    await copy(set, 'a');
    await set.rds.deleteDBSnapshot({ DBSnapshotIdentifier: 'a' });
    set.pass(30_000);
    expect(await codeOf(copy(set, 'b'))).toBe('accepted');
    await set.snapshotted('b');
  });

  test('manual snapshots have a quota', async () => {
    const set = await withSnapshot({}, { limits: { databaseSnapshots: 1 } });
    expect(await codeOf(take(set, 'more'))).toBe('SnapshotQuotaExceededFault');
  });

  test('a snapshot takes the tags of its instance where the instance says so, a copy where the call does, but for tags of its own', async () => {
    const set = await withSnapshot({ copyTagsToSnapshot: true });
    expect((await shown(set, 'last'))?.TagList).toEqual([{ Key: 'team', Value: 'shop' }]);
    const own = [{ Key: 'a', Value: 'b' }];
    await copy(set, 'taken-over', { CopyTags: true });
    await copy(set, 'own', { CopyTags: true, Tags: own });
    await copy(set, 'none');
    expect((await shown(set, 'taken-over'))?.TagList).toEqual([{ Key: 'team', Value: 'shop' }]);
    expect((await shown(set, 'own'))?.TagList).toEqual(own);
    expect((await shown(set, 'none'))?.TagList).toEqual([]);
    const more = { DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'more', Tags: own };
    expect((await set.rds.createDBSnapshot(more)).DBSnapshot?.TagList).toEqual(own);
  });

  test('a daily backup makes automated snapshots, as many as the retention has days', async () => {
    const set = rdsClients(shop({ backupRetention: 2 }));
    set.pass(5 * 86_400_000);
    const { DBSnapshots = [] } = await set.rds.describeDBSnapshots({ SnapshotType: 'automated' });
    expect(DBSnapshots.map((one) => one.DBSnapshotIdentifier?.slice(0, 21))).toEqual([
      'rds:orders-2026-01-04',
      'rds:orders-2026-01-05',
    ]);
  });
});
