import { required } from '../../ec2/select.ts';
import { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource, SnapshotBy } from '../model/alike.ts';
import { newIdentifier } from '../naming/select.ts';
import { newTags } from '../rules/new-tags.ts';
import { carryOut } from './lifecycle.ts';
import { checkNew, take } from './shelf.ts';

/** Until the snapshot is there the instance or cluster takes no other change; sessions and members don't notice. */
export function backUp<T extends Resource>(world: World, kind: Kind<T>, one: T, snapshot: SnapshotBy<T>): void {
  kind.tell(world, one, `Backing up ${kind.noun}`, 'backup');
  one.status = 'backing-up';
  carryOut(world, one, [
    [
      (snapshot.endsAt ?? world.time) - world.time,
      () => {
        one.status = 'available';
        kind.tell(world, one, kind.snapshot.finished, 'backup');
      },
    ],
  ]);
}

/** What RDS does once a day: a snapshot of its own, of which it keeps as many as the retention has days. */
export function takeAutomatedSnapshot<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  const id = `rds:${one.identifier}-${new Date(world.time).toISOString().slice(0, 16).replace(/[T:]/g, '-')}`;
  backUp(world, kind, one, take(world, kind, one, { id, tags: new TagSet(), type: 'automated' }));
  const held = kind.snapshots(world);
  const own = [...held.values()].filter((each) => each.type === 'automated' && each.resourceId === one.resourceId);
  const kept = one.settings.BackupRetentionPeriod ?? kind.snapshot.keptByDefault;
  for (const each of own.sort((a, b) => b.asked - a.asked).slice(kept)) held.delete(each.id);
}

/** Takes the last snapshot of one that is being deleted. Throws when none of this name can be made. */
export function takeFinalSnapshot<T extends Resource>(
  world: World,
  kind: Kind<T>,
  one: T,
  name: string | undefined,
): SnapshotBy<T> {
  const parameter = 'FinalDBSnapshotIdentifier';
  const id = newIdentifier(required(name, parameter), parameter, kind.snapshot.longestId);
  checkNew(world, kind, id);
  const tags = newTags(world, [], one.settings.CopyTagsToSnapshot ? one.tags.now : undefined);
  return take(world, kind, one, { id, tags });
}

/** Automated backups begin: of an instance with its first backup, of a cluster with itself. */
export function addAutomatedBackup<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  const backups = kind.backups(world);
  const { resourceId, identifier } = one;
  if ([...backups.values()].some((backup) => backup.resourceId === resourceId)) return;
  const id = `ab-${world.ids.hex(26)}`;
  backups.set(id, { id, resourceId, identifier, of: one, retained: false });
}
