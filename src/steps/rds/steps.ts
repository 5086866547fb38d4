import { claim, release } from './claim/claim.ts';
import { targetOf } from './claim/target.ts';
import { admit, fence, fenceReplacement, start } from './fence/fence.ts';
import { dropSessions } from './fence/restarts.ts';
import { verifyFence } from './fence/verify-fence.ts';
import { deleteMember, deleteOriginal } from './finish/delete.ts';
import { deleteReadReplica } from './finish/delete-read-replica.ts';
import { discard, discardMember, discardSnapshot } from './finish/discard.ts';
import { clearProtection, setProtection } from './finish/protection.ts';
import { checkSql } from './judge/check-sql.ts';
import { compare } from './judge/compare.ts';
import { verify } from './judge/verify.ts';
import { verifyReadReplica } from './judge/verify-read-replica.ts';
import { verifyServing } from './judge/verify-serving.ts';
import { clusters } from './kinds/cluster.ts';
import { instances } from './kinds/instance.ts';
import type { Kind } from './kinds/kind.ts';
import { addRole } from './make/add-role.ts';
import { copySnapshot } from './make/copy-snapshot.ts';
import { createMember } from './make/create-member.ts';
import { createReadReplica } from './make/create-read-replica.ts';
import { createSnapshot } from './make/create-snapshot.ts';
import { manageMasterUserPassword } from './make/manage-master-user-password.ts';
import { modify } from './make/modify.ts';
import { rebootInstance } from './make/reboot-instance.ts';
import { restore } from './make/restore.ts';
import { createClusterEndpoint, deleteClusterEndpoint } from './names/cluster-endpoints.ts';
import { rename, renameReadReplica } from './names/rename.ts';
import { read } from './read/read.ts';

/** The steps that an instance and a cluster both have, each defined once, as a plan has them from top to bottom. */
const stepsOf = (kind: Kind) => [
  read(kind),
  claim(kind),
  release(kind),
  fence(kind),
  verifyFence(kind),
  createSnapshot(kind),
  restore(kind),
  modify(kind),
  addRole(kind),
  compare(kind),
  checkSql(kind),
  rename(kind),
  verify(kind),
  admit(kind),
  verifyServing(kind),
  clearProtection(kind),
  setProtection(kind),
  deleteOriginal(kind),
  discard(kind),
  discardSnapshot(kind),
  start(kind),
  fenceReplacement(kind),
];

/** All steps of databases: those of both kinds, and those of one alone. */
export const databaseSteps = [
  ...stepsOf(instances),
  copySnapshot,
  dropSessions,
  manageMasterUserPassword,
  rebootInstance,
  createReadReplica,
  verifyReadReplica,
  renameReadReplica,
  deleteReadReplica,
  ...stepsOf(clusters),
  createMember,
  deleteClusterEndpoint,
  createClusterEndpoint,
  deleteMember,
  discardMember,
];

export const databaseTargets = [targetOf(instances), targetOf(clusters)];
