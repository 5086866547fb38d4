import { found } from '../databases.ts';
import type { Scenario } from '../script.ts';
import { databaseIs, newDbSnapshot, snapshotIs } from './databases-made.ts';

const { encrypted: orders, plain: archive } = found;
const tags = [{ Key: 'purpose', Value: 'move' }];

/** DB snapshots: taken, copied, listed, refused. */
export const databaseSnapshots: readonly Scenario[] = [
  {
    title: 'a snapshot of a database from its making to its deletion',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      const one = { DBSnapshotIdentifier: 'before-1' };
      await rds.createDBSnapshot({ DBSnapshotIdentifier: 'Before-1', DBInstanceIdentifier: orders });
      await when('while it is made').rds.createDBSnapshot({
        ...{ DBSnapshotIdentifier: 'before-2', DBInstanceIdentifier: orders },
      });
      await snapshotIs(on, 'before-1', 'available');
      await databaseIs(on, orders, 'available');
      await rds.describeDBSnapshots(one);
      const arn = 'arn:aws:rds:eu-west-1:123456789012:snapshot:before-1';
      await when('the ARN').rds.describeDBSnapshots({ DBSnapshotIdentifier: arn });
      await rds.describeDBSnapshotAttributes(one);
      await rds.listTagsForResource({ ResourceName: arn });
      await rds.deleteDBSnapshot(one);
      await snapshotIs(on, 'before-1', 'gone');
      await when('deleted').rds.describeDBSnapshots(one);
      await when('deleted').rds.deleteDBSnapshot(one);
      await when('deleted').rds.listTagsForResource({ ResourceName: arn });
    },
  },
  {
    title: 'the tags of a snapshot: its own, or else those of the database',
    databases: true,
    async play(on) {
      const { rds } = on.aside;
      const told = (id: string) =>
        on.tell(`the tags of ${id}`, async () => {
          const { DBSnapshots } = await rds.describeDBSnapshots({ DBSnapshotIdentifier: id });
          const [one] = DBSnapshots ?? [];
          return (one?.TagList ?? [])
            .map(({ Key }) => Key)
            .sort()
            .join(' ');
        });
      await newDbSnapshot(on, orders, 'all-copied');
      await told('all-copied');
      await rds.createDBSnapshot({ DBInstanceIdentifier: orders, DBSnapshotIdentifier: 'own', Tags: tags });
      await snapshotIs(on, 'own', 'available');
      await databaseIs(on, orders, 'available');
      await told('own');
      const copies: readonly [string, object][] = [
        ['copy', {}],
        ['copy-with-all', { CopyTags: true }],
        ['copy-with-own', { Tags: tags }],
        ['copy-with-both', { CopyTags: true, Tags: tags }],
      ];
      for (const [TargetDBSnapshotIdentifier, given] of copies) {
        const source = { SourceDBSnapshotIdentifier: 'all-copied' };
        await rds.copyDBSnapshot({ ...source, TargetDBSnapshotIdentifier, ...given });
        await snapshotIs(on, TargetDBSnapshotIdentifier, 'available');
        await told(TargetDBSnapshotIdentifier);
      }
    },
  },
  {
    title: 'copies of a snapshot, under its key, under another, and of one without',
    databases: true,
    async play(on) {
      const { when, key } = on;
      const { KeyMetadata } = await on.aside.kms.createKey({});
      const another = KeyMetadata?.Arn ?? '';
      await newDbSnapshot(on, orders, 'before');
      await newDbSnapshot(on, archive, 'plain');
      const source = { SourceDBSnapshotIdentifier: 'before' };
      await when('its own key').rds.copyDBSnapshot({ ...source, TargetDBSnapshotIdentifier: 'same-key' });
      await snapshotIs(on, 'same-key', 'available');
      await when('its own key').rds.describeDBSnapshots({ DBSnapshotIdentifier: 'same-key' });
      const other = { TargetDBSnapshotIdentifier: 'other-key', KmsKeyId: another };
      await when('another key').rds.copyDBSnapshot({ ...source, ...other });
      await snapshotIs(on, 'other-key', 'available');
      await when('another key').rds.describeDBSnapshots({ DBSnapshotIdentifier: 'other-key' });
      const byArn = { SourceDBSnapshotIdentifier: 'arn:aws:rds:eu-west-1:123456789012:snapshot:before' };
      const alias = { TargetDBSnapshotIdentifier: 'by-alias', KmsKeyId: key.alias };
      await when('an alias').rds.copyDBSnapshot({ ...byArn, ...alias });
      await snapshotIs(on, 'by-alias', 'available');
      const plain = { SourceDBSnapshotIdentifier: 'plain' };
      await when('encrypted').rds.copyDBSnapshot({ ...plain, ...other, TargetDBSnapshotIdentifier: 'encrypted' });
      await snapshotIs(on, 'encrypted', 'available');
      await when('encrypted').rds.describeDBSnapshots({ DBSnapshotIdentifier: 'encrypted' });
      await when('without a key').rds.copyDBSnapshot({ ...plain, TargetDBSnapshotIdentifier: 'still-plain' });
      await snapshotIs(on, 'still-plain', 'available');
      await when('a name that is taken').rds.copyDBSnapshot({ ...source, TargetDBSnapshotIdentifier: 'other-key' });
      await when('under an unknown key').rds.copyDBSnapshot({
        ...{ ...source, TargetDBSnapshotIdentifier: 'never', KmsKeyId: 'c0ffee00-0000-4000-8000-000000000000' },
      });
      await on.aside.kms.disableKey({ KeyId: KeyMetadata?.KeyId });
      await when('under a disabled key').rds.copyDBSnapshot({
        ...{ ...source, TargetDBSnapshotIdentifier: 'never-either', KmsKeyId: another },
      });
    },
  },
  {
    title: 'what snapshots of databases are refused',
    databases: true,
    async play(on) {
      const { when } = on;
      await newDbSnapshot(on, orders, 'taken');
      const create: readonly [string, string | undefined, string | undefined][] = [
        ['a name that is taken', 'taken', orders],
        ['a name that is taken, in upper case', 'TAKEN', orders],
        ['unknown', 'never', 'nobodys'],
        ['a member', 'of-a-member', found.members[0]],
        ['no name', undefined, orders],
        ['no database', 'never', undefined],
      ];
      for (const [special, DBSnapshotIdentifier, DBInstanceIdentifier] of create) {
        await when(special).rds.createDBSnapshot({ DBSnapshotIdentifier, DBInstanceIdentifier });
      }
      const names = { 'a digit first': '1st', 'two hyphens': 'a--b', 'a hyphen last': 'a-', 'an underscore': 'a_b' };
      for (const [special, name] of Object.entries({ ...names, 'a name of 256': 'a'.repeat(256) })) {
        const { rds } = when(special);
        await rds.createDBSnapshot({ DBSnapshotIdentifier: name, DBInstanceIdentifier: orders });
        await rds.copyDBSnapshot({ SourceDBSnapshotIdentifier: 'taken', TargetDBSnapshotIdentifier: name });
      }
      const { rds: strange } = when('unknown');
      await strange.copyDBSnapshot({ SourceDBSnapshotIdentifier: 'nobodys', TargetDBSnapshotIdentifier: 'never' });
      await strange.deleteDBSnapshot({ DBSnapshotIdentifier: 'nobodys' });
      await strange.describeDBSnapshots({ DBSnapshotIdentifier: 'nobodys' });
      await strange.describeDBSnapshotAttributes({ DBSnapshotIdentifier: 'nobodys' });
      await strange.describeDBSnapshots({ DBInstanceIdentifier: 'nobodys' });
      const { rds: nameless } = when('no name');
      await nameless.deleteDBSnapshot({ DBSnapshotIdentifier: undefined });
      await nameless.copyDBSnapshot({ SourceDBSnapshotIdentifier: 'taken', TargetDBSnapshotIdentifier: undefined });
    },
  },
  {
    title: 'which snapshots of databases are listed',
    databases: true,
    async play(on) {
      const { rds } = on.aside;
      await newDbSnapshot(on, orders, 'of-orders');
      await newDbSnapshot(on, archive, 'of-archive');
      type Asked = Parameters<typeof rds.describeDBSnapshots>[0];
      const listed = (what: string, asked: Asked) =>
        on.tell(`snapshots by ${what}`, async () => {
          const { DBSnapshots = [] } = await rds.describeDBSnapshots({ SnapshotType: 'manual', ...asked });
          return DBSnapshots.map((one) => one.DBSnapshotIdentifier)
            .sort()
            .join(' ');
        });
      const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });
      await listed('type', {});
      await listed('database', { DBInstanceIdentifier: archive });
      await listed('a database and another snapshot', {
        ...{ DBInstanceIdentifier: archive, DBSnapshotIdentifier: 'of-orders' },
      });
      await listed('a filter of names', filter('db-snapshot-id', 'of-orders', 'nobodys'));
      await listed('a filter of databases', filter('db-instance-id', archive));
      await listed('a filter of ARNs', filter('db-instance-id', 'arn:aws:rds:eu-west-1:123456789012:db:archive'));
      await listed('a filter of engines', filter('engine', 'postgres'));
      await listed('a filter with a wildcard', filter('db-instance-id', 'arch*'));
      await listed('two filters', {
        Filters: [...filter('engine', 'postgres').Filters, ...filter('db-instance-id', archive).Filters],
      });
      const { rds: unheardOf } = on.when('an unknown filter');
      await unheardOf.describeDBSnapshots(filter('colour', 'red'));
      await unheardOf.describeDBInstances(filter('colour', 'red'));
      await unheardOf.describeDBClusters(filter('colour', 'red'));
      const { rds: empty } = on.when('a filter without values');
      await empty.describeDBInstances({ Filters: [{ Name: 'engine', Values: [] }] });
      const instances = (what: string, Name: string, ...Values: string[]) =>
        on.tell(`databases by ${what}`, async () => {
          const { DBInstances = [] } = await rds.describeDBInstances(filter(Name, ...Values));
          return DBInstances.map((one) => one.DBInstanceIdentifier)
            .sort()
            .join(' ');
        });
      await instances('name', 'db-instance-id', orders, archive);
      await instances('a name in upper case', 'db-instance-id', 'ORDERS');
      await instances('cluster', 'db-cluster-id', found.cluster);
      await instances('engine', 'engine', 'mysql', 'aurora-postgresql');
    },
  },
  {
    title: 'pages of snapshots',
    databases: true,
    async play(on) {
      const { rds } = on.aside;
      for (let i = 10; i < 32; i++) await newDbSnapshot(on, orders, `of-orders-${i}`);
      const filter = { SnapshotType: 'manual', MaxRecords: 20 };
      const page = (Marker?: string) => rds.describeDBSnapshots({ ...filter, Marker });
      const first = await page();
      const told = ({ DBSnapshots, Marker }: Awaited<ReturnType<typeof page>>) =>
        `${DBSnapshots?.length}, ${Marker === undefined ? 'the last' : 'more'}`;
      await on.tell('the first page of twenty, of 22', () => told(first));
      await on.tell('the page after it', async () => told(await page(first.Marker)));
      const { rds: small } = on.when('pages of 19');
      await small.describeDBSnapshots({ MaxRecords: 19 });
      await small.describeDBInstances({ MaxRecords: 19 });
      await on.when('pages of 101').rds.describeDBInstances({ MaxRecords: 101 });
      await on.when('a marker that is none').rds.describeDBInstances({ Marker: 'nonsense' });
    },
  },
];
