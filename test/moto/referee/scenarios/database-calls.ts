import { found, groupsOfDatabases } from '../databases.ts';
import type { Scenario } from '../script.ts';

const { encrypted: orders } = found;
const arnOf = (name: string) => `arn:aws:rds:eu-west-1:123456789012:${name}`;

/** Names that RDS does not know, tags, groups and events. */
export const databaseCalls: readonly Scenario[] = [
  {
    title: 'databases that are unknown or not named',
    databases: true,
    async play({ when }) {
      for (const [special, name] of Object.entries({ unknown: 'nobodys', 'no name': undefined })) {
        const { rds } = when(special);
        const named = { DBInstanceIdentifier: name };
        if (name !== undefined) await rds.describeDBInstances(named);
        await rds.rebootDBInstance(named);
        await rds.stopDBInstance(named);
        await rds.startDBInstance(named);
        await rds.deleteDBInstance({ ...named, SkipFinalSnapshot: true });
      }
    },
  },
  {
    title: 'tags of databases',
    databases: true,
    async play({ rds, when }) {
      const named = { ResourceName: arnOf(`db:${orders}`) };
      const tags = [
        { Key: 'Name', Value: 'other' },
        { Key: 'empty', Value: '' },
        { Key: 'path', Value: 'a/b:c=d+e-f@g_h.i j' },
      ];
      await when('at first').rds.listTagsForResource(named);
      await rds.addTagsToResource({ ...named, Tags: tags });
      await when('added').rds.listTagsForResource(named);
      await rds.removeTagsFromResource({ ...named, TagKeys: ['team', 'nothing'] });
      await when('one removed').rds.listTagsForResource(named);
      await rds.describeDBInstances({ DBInstanceIdentifier: orders });
      const refused: readonly [string, { Key: string; Value: string }[]][] = [
        ['a key of AWS', [{ Key: 'aws:owner', Value: 'me' }]],
        ['a key of 129 characters', [{ Key: 'k'.repeat(129), Value: '' }]],
        ['a value of 257 characters', [{ Key: 'long', Value: 'v'.repeat(257) }]],
        ['51 tags', Array.from({ length: 51 }, (_, i) => ({ Key: `key-${i}`, Value: '' }))],
        ['characters that tags have not', [{ Key: 'owner', Value: '<&>' }]],
        ['one key twice', [1, 2].map((each) => ({ Key: 'twice', Value: `${each}` }))],
      ];
      for (const [special, Tags] of refused) await when(special).rds.addTagsToResource({ ...named, Tags });
      for (const [special, name] of [
        ['unknown database', 'db:nobodys'],
        ['unknown snapshot', 'snapshot:nobodys'],
        ['unknown cluster', 'cluster:nobodys'],
      ] as const) {
        const { rds } = when(special);
        await rds.listTagsForResource({ ResourceName: arnOf(name) });
        await rds.addTagsToResource({ ResourceName: arnOf(name), Tags: [{ Key: 'a', Value: 'b' }] });
        await rds.removeTagsFromResource({ ResourceName: arnOf(name), TagKeys: ['a'] });
      }
      await when('no ARN').rds.listTagsForResource({ ResourceName: orders });
      await when('nothing').rds.listTagsForResource({ ResourceName: undefined });
    },
  },
  {
    title: 'groups of databases',
    databases: true,
    async play({ rds, when }) {
      const { parameters, clusterParameters, subnets } = groupsOfDatabases;
      await rds.describeDBParameterGroups({ DBParameterGroupName: parameters });
      await rds.describeDBSubnetGroups({ DBSubnetGroupName: subnets });
      await rds.describeDBClusterParameterGroups({ DBClusterParameterGroupName: clusterParameters });
      const { rds: shouted } = when('upper case');
      await shouted.describeDBParameterGroups({ DBParameterGroupName: parameters.toUpperCase() });
      const { rds: strange } = when('unknown');
      await strange.describeDBParameterGroups({ DBParameterGroupName: 'nobodys' });
      await strange.describeDBSubnetGroups({ DBSubnetGroupName: 'nobodys' });
      await strange.describeOptionGroups({ OptionGroupName: 'nobodys' });
      await strange.describeDBClusterParameterGroups({ DBClusterParameterGroupName: 'nobodys' });
    },
  },
  {
    title: 'events of databases',
    databases: true,
    async play(on) {
      const { rds, when } = on;
      await when('a source without its type').rds.describeEvents({ SourceIdentifier: orders });
      await on.aside.rds.createDBSnapshot({ DBInstanceIdentifier: orders, DBSnapshotIdentifier: 'seen' });
      await on.until(async () => {
        const { DBSnapshots } = await on.aside.rds.describeDBSnapshots({ DBSnapshotIdentifier: 'seen' });
        return DBSnapshots?.[0]?.Status === 'available';
      });
      const source = { SourceType: 'db-snapshot', SourceIdentifier: 'seen' } as const;
      await rds.describeEvents(source);
      await on.tell('whether the database tells of its backup', async () => {
        const of = { SourceType: 'db-instance', SourceIdentifier: orders } as const;
        const { Events = [] } = await on.aside.rds.describeEvents(of);
        return Events.map(({ Message }) => Message).includes('Finished DB Instance backup');
      });
      await when('of nobody').rds.describeEvents({ ...source, SourceIdentifier: 'nobodys' });
    },
  },
];
