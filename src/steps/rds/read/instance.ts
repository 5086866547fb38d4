import type { DBInstance } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import type { Refusals } from '../../refusals.ts';
import { settingsOf } from '../carry/instance.ts';
import type { AcceptedOfDatabase, Database } from '../domain.ts';
import { nameOfOld } from '../names/old-name.ts';
import { nameIn } from '../status.ts';
import { announceInstance } from './announce.ts';
import { masterUserSecretOf, refuseMasterUserSecret } from './master-user-secret.ts';
import { type MovingReplica, replicasToMove, writesOf } from './read-replicas.ts';
import { type Asked, type Heard, loginAs, movedTo, originalAs, type Reading } from './reading.ts';
import { refuseInstance } from './refusals.ts';
import { refuseOptions, surroundingsOfInstance } from './refusals-around.ts';

/** Begins to read a DB instance; undefined when there is none of this name. */
export async function readInstance(
  ctx: AwsContext,
  asked: Asked,
  refusals: Refusals<AcceptedOfDatabase>,
): Promise<Reading | undefined> {
  const found = await ctx.aws.sight.databaseNamed(asked.name);
  if (!found) return undefined;
  const oldName = nameOfOld(ctx, asked.name);
  let moving: readonly MovingReplica[] = [];
  return {
    found,
    vpc: found.DBSubnetGroup?.VpcId,
    engine: engineOf(found),
    database: found.DBName,
    refuseItself() {
      refuseInstance(ctx, found, asked.keys, refusals);
      refuseMasterUserSecret(ctx, found, refusals);
    },
    async refuseNames() {
      const all = await ctx.aws.sight.databases();
      moving = replicasToMove(ctx, found, all, refusals);
      if (all.some((one) => one.DBInstanceIdentifier === oldName))
        refusals.refuse(`the name ${oldName}, which the original would get, is taken`, 'rename what has it');
    },
    surroundings: () =>
      surroundingsOfInstance(
        found,
        moving.map(({ replica }) => replica),
      ),
    async refuseMore() {
      await refuseOptions(ctx, found, refusals);
      const engine = engineOf(found);
      for (const { replica } of engine ? moving : [])
        for (const why of await writesOf(ctx, loginAs(engine ?? 'mysql', replica.DBName, asked), replica))
          refusals.refuse(`the read replica ${why}`, 'set read_only to {TrueIfReplica} in its parameter group');
    },
    announce() {
      const settings = settingsOf(found);
      const parts = [{ settings, moved: movedTo(settings, found.KmsKeyId, asked.keys.to) }];
      announceInstance(ctx, found, { writers: asked.writers, oldName, parts });
    },
    result(heard) {
      const instance = databaseOf(found, asked, { name: asked.name, oldName }, heard);
      const replicas = moving.map(({ replica, oldName }) =>
        databaseOf(replica, asked, { name: nameIn(replica), oldName }, loginAs(heard.engine, replica.DBName, asked)),
      );
      return { instance, roles: instance.roles, replicas };
    },
  };
}

function databaseOf(
  found: DBInstance,
  asked: Asked,
  names: { readonly name: string; readonly oldName: string },
  heard: Heard,
): Database {
  const original = originalAs(found, asked, { ...names, settings: settingsOf(found) }, heard);
  return { ...original, masterUserSecret: masterUserSecretOf(found, asked.keys.to) };
}

/** Which SQL it speaks, if rekey speaks it, too. */
function engineOf({ Engine }: DBInstance): 'postgres' | 'mysql' | undefined {
  if (Engine === 'postgres') return 'postgres';
  return Engine === 'mysql' || Engine === 'mariadb' ? 'mysql' : undefined;
}
