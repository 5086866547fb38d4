import { recorded, somebody } from '../../cloudtrail/record.ts';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource } from '../model/alike.ts';
import { snapshotNamed } from '../naming/find.ts';
import { rdsOperations } from '../operations.ts';

/** Makes the API call of this name, as a person does it. */
export function call(world: World, name: string, input: object): void {
  const made = { service: 'rds', name, input } as const;
  recorded(world, made, somebody(world), () => rdsOperations[name]?.run(world, input) ?? {});
}

/** What other people, and AWS itself, do alike to instances and to clusters. `noun` is that in the names of operations. */
export function deedsTo<T extends Resource>(kind: Kind<T>, noun: 'DBInstance' | 'DBCluster') {
  const { parameters } = kind;
  const named = (one: T) => ({ [parameters.identifier]: one.identifier });
  const arn = (world: World, one: T) => ({ ResourceName: kind.arn(world, one.identifier) });
  return {
    stop: (world: World, one: T) => call(world, `Stop${noun}`, named(one)),
    start: (world: World, one: T) => call(world, `Start${noun}`, named(one)),
    remove: (world: World, one: T) => call(world, `Delete${noun}`, { ...named(one), SkipFinalSnapshot: true }),
    modify: (world: World, one: T, changes: object) => call(world, `Modify${noun}`, { ...named(one), ...changes }),
    addToGroup(world: World, one: T, group: string) {
      const VpcSecurityGroupIds = [...one.settings.SecurityGroupIds, group];
      call(world, `Modify${noun}`, { ...named(one), VpcSecurityGroupIds });
    },
    tag(world: World, one: T, tags: Readonly<Record<string, string>>) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      call(world, 'AddTagsToResource', { ...arn(world, one), Tags });
    },
    untag: (world: World, one: T, TagKeys: readonly string[]) =>
      call(world, 'RemoveTagsFromResource', { ...arn(world, one), TagKeys }),
    announce(one: T, action: string) {
      one.maintenance.push({ action, description: `${action} is available`, at: undefined });
    },
    deleteSnapshot: (world: World, id: string) =>
      call(world, `Delete${parameters.snapshot.replace('Identifier', '')}`, { [parameters.snapshot]: id }),
    failSnapshot(world: World, id: string) {
      const snapshot = snapshotNamed(world, kind, id);
      if (snapshot.status === 'deleting') throw kind.refusals.snapshotState(`${snapshot.id} is being deleted.`);
      Object.assign(snapshot, { status: 'failed', sealed: undefined });
    },
  };
}
