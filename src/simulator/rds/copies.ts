import type { CopyDBSnapshotMessage } from '@aws-sdk/client-rds';
import { unseal } from '../bytes.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { tellOfSnapshot } from './events.ts';
import { newIdentifier, snapshotOf } from './find.ts';
import type { DbSnapshot } from './model.ts';
import { checkNewSnapshot, longestSnapshotId } from './quotas.ts';
import { refusals } from './refusals.ts';
import { newTags } from './tags.ts';
import { dbSnapshotView } from './views.ts';

// Unpublished [U]; what matters is that it follows the amount of data.
const copyMiBPerSecond = 60;

const copying = (world: World) => [...world.rds.snapshots.values()].filter((one) => one.status === 'copying');

/** Carries out CopyDBSnapshot. */
export function copySnapshot(world: World, input: CopyDBSnapshotMessage): object {
  const source = snapshotOf(world, input.SourceDBSnapshotIdentifier, 'SourceDBSnapshotIdentifier');
  const id = newIdentifier(input.TargetDBSnapshotIdentifier, 'TargetDBSnapshotIdentifier', longestSnapshotId);
  checkNewSnapshot(world, id);
  if (source.status !== 'available') {
    throw refusals.snapshotState(`Cannot copy the snapshot ${source.id} because it is ${source.status}.`);
  }
  const name = input.KmsKeyId ?? source.keyArn;
  const key = name === undefined ? undefined : world.findKey(name);
  if (name !== undefined && !world.usable(key)) throw refusals.key(name);
  if (copying(world).length >= world.limits.databaseSnapshotCopies) {
    // Which code it is, is not established (facts §6.4).
    throw new AwsError(
      'SnapshotQuotaExceeded',
      `Cannot copy more than ${world.limits.databaseSnapshotCopies} snapshots across regions or in this region at once.`,
    );
  }
  const copy: DbSnapshot = {
    ...source,
    id,
    type: 'manual',
    keyArn: key?.arn,
    visibleFrom: world.visibleFrom,
    tags: newTags(world, input.Tags, input.CopyTags ? source.tags.now : undefined),
    copyOf: source.id,
    asked: world.time,
    began: undefined,
    endsAt: undefined,
    createdAt: world.time,
    sharedWith: [],
    sealed: undefined,
    status: 'copying',
    settings: {
      ...source.settings,
      ...(input.OptionGroupName === undefined ? {} : { OptionGroup: input.OptionGroupName }),
    },
  };
  world.rds.snapshots.set(id, copy);
  startNext(world, copy.resourceId);
  return { DBSnapshot: dbSnapshotView(world, copy) };
}

/** Begins the next copy: those of one instance's snapshots wait for one another (facts §6.4). */
export function startNext(world: World, resourceId: string): void {
  const mine = copying(world).filter((one) => one.resourceId === resourceId);
  if (mine.some((one) => one.began !== undefined)) return;
  const next = mine.sort((a, b) => a.asked - b.asked)[0];
  if (!next) return;
  next.began = world.time;
  next.endsAt = Math.round(
    world.time + world.seconds(20, 50) + world.seconds(1, 1.2) * (next.usedMiB / copyMiBPerSecond),
  );
  world.at(next.endsAt, () => {
    if (world.rds.snapshots.get(next.id) !== next || next.status !== 'copying') return;
    finishCopy(world, next);
    startNext(world, resourceId);
  });
}

function finishCopy(world: World, copy: DbSnapshot): void {
  const source = world.rds.snapshots.get(copy.copyOf ?? '');
  const key = copy.keyArn === undefined ? undefined : world.findKey(copy.keyArn);
  try {
    // A source that is deleted meanwhile takes the copy with it.
    if (!source?.sealed || (copy.keyArn !== undefined && !world.usable(key))) throw new AwsError('Failed', 'failed');
    copy.sealed = world.sealed(unseal(source.sealed, world.dataKeyOf(source.sealed)), key, copy.id);
    copy.status = 'available';
    tellOfSnapshot(world, copy, 'Finished copy of snapshot', 'notification');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    copy.status = 'failed';
    tellOfSnapshot(world, copy, 'Snapshot copy failed', 'notification');
  }
}
