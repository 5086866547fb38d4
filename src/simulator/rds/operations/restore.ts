import type { RestoreDBClusterFromSnapshotMessage, RestoreDBInstanceFromDBSnapshotMessage } from '@aws-sdk/client-rds';
import { unseal } from '../../bytes.ts';
import { carryPasswords } from '../../secretsmanager/passwords.ts';
import type { TagSet } from '../../tag-set.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import { grantKey } from '../life/keys.ts';
import { carryOut, type Stage } from '../life/lifecycle.ts';
import { backUpDaily } from '../life/waiting.ts';
import type { Resource, SharedSettings, SnapshotBy } from '../model/alike.ts';
import { holderOf, snapshotNamed } from '../naming/find.ts';
import { newIdentifier } from '../naming/select.ts';
import { newTags } from '../rules/new-tags.ts';
import { refusals } from '../rules/refusals.ts';
import { assignedWindow } from '../rules/spans.ts';

const longestId = 63;

type Message = RestoreDBInstanceFromDBSnapshotMessage | RestoreDBClusterFromSnapshotMessage;

/** The call that restores a kind, as far as it is its own. */
export interface RestoreCall<T extends Resource, I extends Message> {
  readonly kind: Kind<T>;
  /** The parameter that names the snapshot, and what its refusals call it. */
  readonly snapshotParameter: string;
  readonly snapshotCalled: string;
  /** Whether the engine has to be said. */
  readonly needsEngine: boolean;
  settings(world: World, input: I, snapshot: SnapshotBy<T>): T['settings'];
  /** Throws what is wrong with the settings, or that there is no room. */
  check(world: World, settings: T['settings']): void;
  /** The key that is asked for; the snapshot's otherwise. */
  key(input: I): string | undefined;
  newResourceId(world: World): string;
  make(world: World, input: I, given: Made<T>): T;
  /** How long it takes until the data is there. */
  fillMs(world: World, one: T): number;
  /** It comes to life. */
  born(world: World, one: T): void;
  /** What follows. */
  after(world: World, one: T): Stage[];
  /** The event of one that is never there, without its status. */
  readonly stillborn: string;
}

/** What a restored one is, of whatever kind. */
export type Made<T extends Resource> = Pick<
  T,
  | 'resourceId'
  | 'identifier'
  | 'engine'
  | 'masterUsername'
  | 'keyArn'
  | 'tags'
  | 'restoredFrom'
  | 'settings'
  | 'groupsInForce'
> & { readonly snapshot: SnapshotBy<T> };

/** What a restore gives an instance and a cluster alike: with the snapshot come its port, its window and its retention (facts §5.2). */
export function restoredAlike(
  input: Message,
  from: SharedSettings,
  defaults: Pick<SharedSettings, 'SecurityGroupIds' | 'OptionGroup'>,
) {
  const PreferredBackupWindow = input.PreferredBackupWindow ?? from.PreferredBackupWindow;
  return {
    Port: input.Port ?? from.Port,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? from.BackupRetentionPeriod,
    PreferredBackupWindow,
    PreferredMaintenanceWindow: assignedWindow(PreferredBackupWindow),
    EngineLifecycleSupport: input.EngineLifecycleSupport ?? 'open-source-rds-extended-support',
    Iops: input.Iops,
    CopyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    DeletionProtection: input.DeletionProtection ?? false,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication ?? false,
    EnabledCloudwatchLogsExports: input.EnableCloudwatchLogsExports ?? [],
    NetworkType: input.NetworkType ?? 'IPV4',
    DatabaseInsightsMode: 'standard' as const,
    SecurityGroupIds: input.VpcSecurityGroupIds?.length ? input.VpcSecurityGroupIds : defaults.SecurityGroupIds,
    SubnetGroup: input.DBSubnetGroupName ?? 'default',
    OptionGroup: input.OptionGroupName ?? defaults.OptionGroup,
  };
}

/** Restores what a call names from a snapshot, with what it gives and RDS's defaults for all the rest. */
export function restore<T extends Resource, I extends Message>(
  world: World,
  call: RestoreCall<T, I>,
  input: I,
  asked: { readonly name: string | undefined; readonly snapshot: string | undefined },
): T {
  const { kind } = call;
  const identifier = newIdentifier(asked.name, kind.parameters.identifier, longestId);
  if (holderOf(world, kind, identifier)) throw kind.refusals.exists();
  const snapshot = snapshotNamed(world, kind, asked.snapshot, call.snapshotParameter);
  if (snapshot.status !== 'available') {
    throw kind.refusals.snapshotState(
      `Cannot restore from ${call.snapshotCalled}${snapshot.id} because it is ${snapshot.status}.`,
    );
  }
  if ((call.needsEngine || input.Engine !== undefined) && input.Engine !== snapshot.engine) {
    throw refusals.combination(`The engine ${input.Engine} is not that of the snapshot, ${snapshot.engine}.`);
  }
  const settings = call.settings(world, input, snapshot);
  call.check(world, settings);
  const name = call.key(input) ?? snapshot.keyArn;
  const key = name === undefined ? undefined : world.findKey(name);
  if (name !== undefined && !world.usable(key)) throw refusals.key(name);
  if (snapshot.keyArn !== undefined && !world.usable(world.findKey(snapshot.keyArn)))
    throw refusals.key(snapshot.keyArn);
  const resourceId = call.newResourceId(world);
  // Tags given replace those of the snapshot's source; without any, those come along (facts §1.4).
  const tags: TagSet = newTags(world, input.Tags, input.Tags?.length ? undefined : snapshot.databaseTags);
  const { engine, masterUsername } = snapshot;
  const made = {
    resourceId,
    identifier,
    engine,
    masterUsername,
    keyArn: key?.arn,
    tags,
    restoredFrom: snapshot.id,
    settings,
  };
  const one = call.make(world, input, { ...made, groupsInForce: settings.SecurityGroupIds, snapshot });
  kind.all(world).set(one.resourceId, one);
  grantKey(world, one);
  const failure = world.rds.failNextRestore;
  world.rds.failNextRestore = undefined;
  carryOut(
    world,
    one,
    failure === undefined ? birth(world, call, one, snapshot) : stillbirth(world, call, one, failure),
  );
  return one;
}

function birth<T extends Resource, I extends Message>(
  world: World,
  call: RestoreCall<T, I>,
  one: T,
  snapshot: SnapshotBy<T>,
): Stage[] {
  const { kind } = call;
  const comes = () => {
    if (!filled(world, kind, one, snapshot)) {
      one.task++;
      one.busy = false;
      one.status = 'incompatible-restore';
      kind.tell(world, one, `${kind.noun} could not be restored.`, 'failure');
      return;
    }
    one.storage.disk = snapshot.disk?.fork();
    carryPasswords(world, snapshot, one.storage);
    one.storage.inside = snapshot.inside.map((writer) => ({ ...writer, nextAt: world.time + writer.everyMs }));
    call.born(world, one);
    kind.tell(world, one, `Restored from snapshot ${snapshot.id}`, 'restoration');
    kind.tell(world, one, `${kind.noun} created`, 'creation');
    backUpDaily(world, kind, one);
  };
  return [[call.fillMs(world, one), comes], ...call.after(world, one)];
}

/** Whether the data came: with a snapshot that is deleted under it, or a key that can't be used any more, none does. */
function filled<T extends Resource>(world: World, kind: Kind<T>, one: T, snapshot: SnapshotBy<T>): boolean {
  try {
    if (!snapshot.sealed || !kind.snapshots(world).has(snapshot.id)) return false;
    const key = one.keyArn === undefined ? undefined : world.findKey(one.keyArn);
    if (one.keyArn !== undefined && !world.usable(key)) return false;
    const plain = unseal(snapshot.sealed, world.dataKeyOf(snapshot.sealed));
    one.storage.sealed = world.sealed(plain, key, one.resourceId);
    return true;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return false;
  }
}

function stillbirth<T extends Resource, I extends Message>(
  world: World,
  { kind, stillborn }: RestoreCall<T, I>,
  one: T,
  status: string,
): Stage[] {
  return [
    [
      world.seconds(120, 300),
      () => {
        one.status = status;
        kind.tell(world, one, `${stillborn}: ${status}`, 'failure');
      },
    ],
  ];
}
