import type { DeleteDBClusterMessage, DeleteDBInstanceMessage } from '@aws-sdk/client-rds';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import { takeFinalSnapshot } from '../life/backups.ts';
import { carryOut, type Stage } from '../life/lifecycle.ts';
import { remove } from '../life/remove.ts';
import type { Resource } from '../model/alike.ts';
import { refusals } from '../rules/refusals.ts';

type Asked = Pick<
  DeleteDBInstanceMessage & DeleteDBClusterMessage,
  'SkipFinalSnapshot' | 'FinalDBSnapshotIdentifier' | 'DeleteAutomatedBackups'
>;

/** Throws for what is going already, or is not there yet. */
export function requireThere<T extends Resource>(kind: Kind<T>, one: T): void {
  if (one.status === 'deleting' || one.status === 'creating') {
    throw kind.refusals.state(`${kind.called} ${one.identifier} is already ${one.status}.`);
  }
}

/** Deletes an instance or a cluster after its last snapshot, if it is to have one. */
export function deleteOne<T extends Resource>(world: World, kind: Kind<T>, one: T, asked: Asked): void {
  const { deleting } = kind;
  if (one.settings.DeletionProtection) {
    throw refusals.combination(
      `Cannot delete protected ${deleting.protectedNoun}, please disable deletion protection and try again.`,
    );
  }
  deleting.refuse?.(world, one);
  if (asked.SkipFinalSnapshot === true && asked.FinalDBSnapshotIdentifier !== undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is.');
  }
  if (!asked.SkipFinalSnapshot && asked.FinalDBSnapshotIdentifier === undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.');
  }
  const goes = () => {
    one.status = 'deleting';
  };
  const stages: Stage[] = [];
  if (!asked.SkipFinalSnapshot) {
    kind.requireFree(world, one, 'snapshotted for the last time');
    const snapshot = takeFinalSnapshot(world, kind, one, asked.FinalDBSnapshotIdentifier);
    stages.push([(snapshot.endsAt ?? world.time) - world.time, goes]);
  }
  stages.push(...deleting.stages(world, one, () => remove(world, kind, one, asked.DeleteAutomatedBackups ?? true)));
  if (asked.SkipFinalSnapshot || deleting.showsAtOnce) goes();
  carryOut(world, one, stages);
}
