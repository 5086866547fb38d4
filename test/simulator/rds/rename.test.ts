import type { DBInstance, DescribeDBInstancesCommandOutput } from '@aws-sdk/client-rds';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../src/simulator/wire/message.ts';
import { codeOf } from '../support.ts';
import { rdsClients, shop } from './support.ts';

const away = { DBInstanceIdentifier: 'orders', NewDBInstanceIdentifier: 'orders-old', ApplyImmediately: true };

/** Whether the name is found, asked without a wire. */
function named(set: ReturnType<typeof rdsClients>, name: string): boolean {
  try {
    set.account.call('rds', 'DescribeDBInstances', { DBInstanceIdentifier: name });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'DBInstanceNotFound') return false;
    throw error;
  }
}

/** What Describe shows by resource id, asked without a wire. */
function seen(set: ReturnType<typeof rdsClients>, resourceId: string): DBInstance | undefined {
  const Filters = [{ Name: 'dbi-resource-id', Values: [resourceId] }];
  const answer = set.account.call('rds', 'DescribeDBInstances', { Filters });
  return answer.kind === 'answer' ? (answer.response as DescribeDBInstancesCommandOutput).DBInstances?.[0] : undefined;
}

describe('a rename in the simulated account', () => {
  test('the status stays available for a moment, while the new name pends', async () => {
    const set = rdsClients();
    const { DBInstance } = await set.rds.modifyDBInstance(away);
    expect(DBInstance).toMatchObject({
      DBInstanceIdentifier: 'orders',
      DBInstanceStatus: 'available',
      PendingModifiedValues: { DBInstanceIdentifier: 'orders-old' },
    });
    set.pass(1000);
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('available');
  });

  test('by name there are moments with both names in some accounts and with none in others; by resource id always one', async () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 8; seed++) {
      const set = rdsClients(shop(), { seed });
      const { resourceId } = set.truth('orders');
      await set.rds.modifyDBInstance(away);
      for (let i = 0; i < 150; i++) {
        set.pass(2000);
        found.add(`${named(set, 'orders')} ${named(set, 'orders-old')}`);
        expect(seen(set, resourceId)?.DbiResourceId).toBe(resourceId);
      }
    }
    expect([...found].sort()).toEqual(['false false', 'false true', 'true false', 'true true']);
  });

  test('statuses go available, modifying, renaming, rebooting, available; the resource id and creation stay', async () => {
    const set = rdsClients();
    const { resourceId } = set.truth('orders');
    await set.rds.modifyDBInstance(away);
    const statuses: (string | undefined)[] = [];
    for (let i = 0; i < 400; i++) {
      const status = seen(set, resourceId)?.DBInstanceStatus;
      if (status !== statuses.at(-1)) statuses.push(status);
      set.pass(750);
    }
    expect(statuses).toEqual(['available', 'modifying', 'renaming', 'rebooting', 'available']);
    const shown = await set.describe('orders-old');
    expect(shown?.DbiResourceId).toBe(resourceId);
    expect(shown?.DBInstanceArn).toBe('arn:aws:rds:eu-west-1:111122223333:db:orders-old');
  });

  test('the old host name is gone at once, the new one comes after the instance is available, the shown address in between', async () => {
    const set = rdsClients();
    const before = (await set.describe('orders'))?.Endpoint?.Address ?? '';
    await set.rds.modifyDBInstance(away);
    let oldGone = false;
    let shownOld = false;
    let unresolved = false;
    const { resourceId } = set.truth('orders');
    for (let i = 0; i < 800; i++) {
      set.pass(1000);
      const state = set.account.state();
      const [one] = state.databases;
      if (one?.status === 'renaming') oldGone = !(before in state.endpoints);
      if (one?.status !== 'available' || one.identifier !== 'orders-old') continue;
      const shown = seen(set, resourceId)?.Endpoint?.Address ?? '';
      shownOld ||= shown === before;
      unresolved ||= shown !== before && !(shown in state.endpoints);
    }
    expect({ oldGone, shownOld, unresolved }).toEqual({ oldGone: true, shownOld: true, unresolved: true });
    const after = (await set.describe('orders-old'))?.Endpoint?.Address ?? '';
    expect(set.account.state().endpoints).toEqual({ [after]: set.truth('orders-old').resourceId });
  });

  test('both names are taken while it lasts, and the old one is free afterwards', async () => {
    const set = rdsClients();
    await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last' });
    await set.settled('orders');
    await set.rds.modifyDBInstance(away);
    const restore = (DBInstanceIdentifier: string) =>
      codeOf(set.rds.restoreDBInstanceFromDBSnapshot({ DBInstanceIdentifier, DBSnapshotIdentifier: 'last' }));
    expect(await restore('orders')).toBe('DBInstanceAlreadyExistsFault');
    expect(await restore('Orders-Old')).toBe('DBInstanceAlreadyExistsFault');
    await set.settled('orders-old');
    expect(await codeOf(set.rds.modifyDBInstance(away))).toBe('DBInstanceNotFoundFault');
    expect(await restore('orders')).toBe('accepted');
  });

  test('without ApplyImmediately the new name waits for the maintenance window', async () => {
    const set = rdsClients(shop({ maintenanceWindow: 'fri:03:00-fri:03:30' }));
    await set.rds.modifyDBInstance({ ...away, ApplyImmediately: false });
    // The account begins on a Thursday at midnight.
    set.pass(26 * 3_600_000);
    expect(await set.describe('orders')).toMatchObject({
      DBInstanceStatus: 'available',
      PendingModifiedValues: { DBInstanceIdentifier: 'orders-old' },
    });
    set.pass(2 * 3_600_000);
    expect(set.truth('orders-old').status).toBe('available');
  });

  test('tags are under the ARN of the name of the moment', async () => {
    const set = rdsClients();
    const arn = (name: string) => ({ ResourceName: `arn:aws:rds:eu-west-1:111122223333:db:${name}` });
    expect((await set.rds.listTagsForResource(arn('orders'))).TagList).toEqual([{ Key: 'team', Value: 'shop' }]);
    await set.rds.modifyDBInstance(away);
    await set.settled('orders-old');
    expect(await codeOf(set.rds.listTagsForResource(arn('orders')))).toBe('DBInstanceNotFoundFault');
    await set.rds.addTagsToResource({ ...arn('orders-old'), Tags: [{ Key: 'a', Value: 'b' }] });
    await set.rds.removeTagsFromResource({ ...arn('orders-old'), TagKeys: ['team'] });
    expect((await set.describe('orders-old'))?.TagList).toEqual([{ Key: 'a', Value: 'b' }]);
  });
});
