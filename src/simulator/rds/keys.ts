import type { World } from '../world.ts';
import type { Database } from './model.ts';

/** Has RDS grant itself the use of the instance's key, for as long as the instance lives (facts §3.2). */
export function grantKey(world: World, database: Database): void {
  const key = database.keyArn === undefined ? undefined : world.findKey(database.keyArn);
  if (!key) return;
  const id = world.ids.hex(64);
  const grantee = `rds.${world.region}.amazonaws.com`;
  key.grants.set(id, { id, grantee, context: database.resourceId, created: world.time });
}

/** Ends the grant with the instance. */
export function releaseKey(world: World, database: Database): void {
  const key = database.keyArn === undefined ? undefined : world.findKey(database.keyArn);
  for (const grant of key?.grants.values() ?? []) {
    if (grant.context === database.resourceId) key?.grants.delete(grant.id);
  }
}
