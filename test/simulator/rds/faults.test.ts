import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../../../src/simulator/account.ts';
import { rdsOperations } from '../../../src/simulator/rds/operations.ts';
import { scenarioOf } from '../../../src/simulator/scenario.ts';
import { codeOf } from '../support.ts';
import { fence, rdsClients, shop } from './support.ts';

const failing = (operation: string, code?: string) => ({
  operation,
  kind: 'fail' as const,
  times: 1,
  ...(code === undefined ? {} : { code }),
});

describe('what can go wrong with the simulated databases', () => {
  test('a reboot whose answer is lost has happened, and its events tell', async () => {
    const set = rdsClients();
    set.account.faults.add({ operation: 'RebootDBInstance', kind: 'reset', when: 'after', times: 1 });
    expect(await codeOf(set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' }))).not.toBe('accepted');
    await set.settled('orders');
    const { Events = [] } = await set.rds.describeEvents({ SourceType: 'db-instance', SourceIdentifier: 'orders' });
    expect(Events.map((event) => event.Message)).toContain('DB instance restarted');
  });

  test('a reboot that is accepted and comes to nothing drops no session and leaves no event', async () => {
    const set = rdsClients();
    set.pass(60_000);
    set.account.faults.add(failing('RebootDBInstance'));
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    expect(set.truth('orders').sessions).toBe(2);
    expect((await set.rds.describeEvents({ SourceType: 'db-instance', SourceIdentifier: 'orders' })).Events).toEqual(
      [],
    );
  });

  test('a modification that is accepted and comes to nothing leaves the instance as it was', async () => {
    const set = rdsClients();
    set.account.faults.add(failing('ModifyDBInstance'));
    await set.rds.modifyDBInstance({
      DBInstanceIdentifier: 'orders',
      NewDBInstanceIdentifier: 'other',
      VpcSecurityGroupIds: [fence],
      ApplyImmediately: true,
    });
    const before = await set.describe('orders');
    expect(before?.PendingModifiedValues?.DBInstanceIdentifier).toBe('other');
    set.pass(600_000);
    const after = await set.describe('orders');
    expect(after?.PendingModifiedValues).toEqual({});
    expect(after?.VpcSecurityGroups).toHaveLength(1);
    expect(set.truth('orders').sessions).toBe(2);
    expect(await codeOf(set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' }))).toBe('accepted');
  });

  test('snapshots, copies and restores can be accepted and fail', async () => {
    const set = rdsClients();
    set.account.faults.add(failing('CreateDBSnapshot'));
    await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'first' });
    await set.settled('orders');
    await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last' });
    await set.settled('orders');
    set.account.faults.add(
      failing('CopyDBSnapshot'),
      failing('RestoreDBInstanceFromDBSnapshot', 'incompatible-network'),
    );
    await set.rds.copyDBSnapshot({ SourceDBSnapshotIdentifier: 'last', TargetDBSnapshotIdentifier: 'copy' });
    await set.rds.restoreDBInstanceFromDBSnapshot({ DBInstanceIdentifier: 'new', DBSnapshotIdentifier: 'last' });
    set.pass(900_000);
    const state = set.account.state();
    expect(Object.fromEntries(state.databaseSnapshots.map((one) => [one.id, one.status]))).toEqual({
      first: 'failed',
      last: 'available',
      copy: 'failed',
    });
    expect(set.truth('new').status).toBe('incompatible-network');
    const copy = { SourceDBSnapshotIdentifier: 'first', TargetDBSnapshotIdentifier: 'x' };
    expect(await codeOf(set.rds.copyDBSnapshot(copy))).toBe('InvalidDBSnapshotStateFault');
    expect(await codeOf(set.rds.deleteDBSnapshot({ DBSnapshotIdentifier: 'first' }))).toBe('accepted');
  });

  test('whatever is sent is answered, and never with an error of the account itself', async () => {
    const account = createAccount({
      scenario: scenarioOf(shop({}, { limits: { throttling: false } })),
      now: () => Date.UTC(2026, 0, 1),
    });
    await account.ready();
    const headers = {
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/rds/aws4_request, SignedHeaders=host, Signature=0',
    };
    const names = fc.constantFrom(
      'DBInstanceIdentifier',
      'NewDBInstanceIdentifier',
      'DBSnapshotIdentifier',
      'SourceDBSnapshotIdentifier',
      'TargetDBSnapshotIdentifier',
      'FinalDBSnapshotIdentifier',
      'SkipFinalSnapshot',
      'KmsKeyId',
      'ApplyImmediately',
      'AllocatedStorage',
      'Port',
      'VpcSecurityGroupIds.VpcSecurityGroupId.1',
      'Filters.Filter.1.Name',
      'Filters.Filter.1.Values.Value.1',
      'Tags.Tag.1.Key',
      'TagKeys.member.1',
      'ResourceName',
      'MaxRecords',
      'Marker',
      'SourceType',
      'StartTime',
      'DBProxyName',
      'PreferredBackupWindow',
      'PreferredMaintenanceWindow',
    );
    const values = fc.oneof(
      fc.constantFrom(
        'orders',
        'new',
        fence,
        'alias/new',
        'true',
        '20',
        '-1',
        '',
        'db-instance',
        '2026-01-01',
        'sun:x',
      ),
      fc.constantFrom(
        'arn:aws:rds:eu-west-1:111122223333:db:orders',
        '__proto__',
        'dbi-resource-id',
        '99999999999999999999',
      ),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(rdsOperations)),
        fc.array(fc.tuple(fc.oneof(names, fc.string()), values), { maxLength: 6 }),
        async (action, parameters) => {
          const body = new URLSearchParams([['Action', action], ...parameters]).toString();
          const answer = await account.handle({ method: 'POST', path: '/', headers, body });
          expect(answer.kind).toBe('answer');
          if (answer.kind === 'answer') expect(answer.response.statusCode).toBeLessThan(500);
          account.advance(20_000);
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });
});
