import type { World } from '../../world.ts';

/** An instance or a cluster that is encrypted under a key. */
interface Encrypted {
  readonly resourceId: string;
  readonly keyArn: string | undefined;
}

/** Has RDS grant itself the use of its key, for as long as the instance or cluster lives (facts §3.2). */
export function grantKey(world: World, one: Encrypted): void {
  const key = one.keyArn === undefined ? undefined : world.findKey(one.keyArn);
  if (!key) return;
  const id = world.ids.hex(64);
  const grantee = `rds.${world.region}.amazonaws.com`;
  key.grants.set(id, { id, grantee, context: one.resourceId, created: world.time });
}

/** Ends the grant with it. */
export function releaseKey(world: World, one: Encrypted): void {
  const key = one.keyArn === undefined ? undefined : world.findKey(one.keyArn);
  for (const grant of key?.grants.values() ?? []) {
    if (grant.context === one.resourceId) key?.grants.delete(grant.id);
  }
}
