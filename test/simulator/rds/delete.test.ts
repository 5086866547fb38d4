import { describe, expect, test } from 'vitest';
import { codeOf } from '../support.ts';
import { rdsClients, shop } from './support.ts';

type Set = ReturnType<typeof rdsClients>;
const remove = (set: Set, given: Partial<Parameters<Set['rds']['deleteDBInstance']>[0]> = {}) =>
  set.rds.deleteDBInstance({ DBInstanceIdentifier: 'orders', ...given });
const backups = async (set: Set) =>
  (await set.rds.describeDBInstanceAutomatedBackups({})).DBInstanceAutomatedBackups ?? [];

describe('a delete in the simulated account', () => {
  test('deletion protection refuses it', async () => {
    const set = rdsClients(shop({ deletionProtection: true }));
    expect(await codeOf(remove(set, { SkipFinalSnapshot: true }))).toBe('InvalidParameterCombination');
    await set.rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', DeletionProtection: false });
    await set.settled('orders');
    expect(await codeOf(remove(set, { SkipFinalSnapshot: true }))).toBe('accepted');
  });

  test('it must say whether there is to be a final snapshot', async () => {
    const set = rdsClients();
    expect(await codeOf(remove(set))).toBe('InvalidParameterCombination');
    const both = { SkipFinalSnapshot: true, FinalDBSnapshotIdentifier: 'final' };
    expect(await codeOf(remove(set, both))).toBe('InvalidParameterCombination');
  });

  test('a final snapshot is there when the instance is gone, under its old key', async () => {
    const set = rdsClients();
    set.pass(60_000);
    const { key, resourceId } = set.truth('orders');
    await remove(set, { FinalDBSnapshotIdentifier: 'Final' });
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('deleting');
    expect(await codeOf(remove(set, { SkipFinalSnapshot: true }))).toBe('InvalidDBInstanceStateFault');
    set.pass(1_200_000);
    expect(await codeOf(set.describe('orders'))).toBe('DBInstanceNotFoundFault');
    expect(set.account.state().databaseSnapshots).toMatchObject([
      { id: 'final', status: 'available', key, resourceId },
    ]);
  });

  test('a final snapshot whose name is taken is refused, and nothing is deleted', async () => {
    const set = rdsClients(shop({}, { databaseSnapshots: [{ id: 'final', database: 'orders' }] }));
    expect(await codeOf(remove(set, { FinalDBSnapshotIdentifier: 'final' }))).toBe('DBSnapshotAlreadyExistsFault');
    expect(set.truth('orders').status).toBe('available');
  });

  test('automated backups and snapshots die with it by default; manual snapshots stay', async () => {
    const set = rdsClients(
      shop(
        {},
        {
          databaseSnapshots: [
            { id: 'rds:orders-1', database: 'orders', type: 'automated' },
            { id: 'mine', database: 'orders' },
          ],
        },
      ),
    );
    expect(await backups(set)).toMatchObject([{ Status: 'active', DBInstanceIdentifier: 'orders' }]);
    await remove(set, { SkipFinalSnapshot: true });
    set.pass(600_000);
    expect(await backups(set)).toEqual([]);
    expect(set.account.state().databaseSnapshots.map((one) => one.id)).toEqual(['mine']);
  });

  test('or stay, retained, under their old key', async () => {
    const set = rdsClients();
    const { key, resourceId } = set.truth('orders');
    await remove(set, { SkipFinalSnapshot: true, DeleteAutomatedBackups: false });
    set.pass(600_000);
    expect(await backups(set)).toMatchObject([{ Status: 'retained', DbiResourceId: resourceId, KmsKeyId: key }]);
    const retained = await set.rds.describeDBInstanceAutomatedBackups({
      Filters: [{ Name: 'status', Values: ['retained'] }],
    });
    expect(retained.DBInstanceAutomatedBackups).toHaveLength(1);
  });

  test('a deleted database takes its host name with it', async () => {
    const set = rdsClients();
    await remove(set, { SkipFinalSnapshot: true });
    set.pass(600_000);
    expect(set.account.state().endpoints).toEqual({});
    expect(set.account.state().clients).toMatchObject([{ database: null, lost: null, connected: 0 }]);
  });
});
