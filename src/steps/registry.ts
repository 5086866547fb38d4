import type { AwsServices } from '../aws/services.ts';
import { registryOf, type StepDefinition } from '../contract/step.ts';
import { exec } from './control/exec.ts';
import { attachVolume } from './ebs/attach-volume.ts';
import { copySnapshot } from './ebs/copy-snapshot.ts';
import { createSnapshot } from './ebs/create-snapshot.ts';
import { createVolume } from './ebs/create-volume.ts';
import { deleteVolume } from './ebs/delete-volume.ts';
import { detachVolume } from './ebs/detach-volume.ts';
import { discardSnapshot } from './ebs/discard-snapshot.ts';
import { discardVolume } from './ebs/discard-volume.ts';
import { readVolume } from './ebs/read-volume.ts';
import { setAutoEnableIO } from './ebs/set-auto-enable-io.ts';
import { setDeleteOnTermination } from './ebs/set-delete-on-termination.ts';
import { verifyUnattachedVolume } from './ebs/verify-unattached-volume.ts';
import { verifyVolume } from './ebs/verify-volume.ts';
import { volumeTarget } from './ebs/volume-target.ts';
import { claim } from './ec2/claim.ts';
import { instanceTarget } from './ec2/instance-target.ts';
import { readInstance } from './ec2/read-instance.ts';
import { releaseClaim } from './ec2/release-claim.ts';
import { startInstance } from './ec2/start-instance.ts';
import { stopInstance } from './ec2/stop-instance.ts';
import { verifyInstance } from './ec2/verify-instance.ts';
import { checkKey } from './kms/check-key.ts';
import { claim as claimDatabase, release as releaseDatabase } from './rds/claim/claim.ts';
import { targetOf } from './rds/claim/target.ts';
import { dropSessions } from './rds/fence/drop-sessions.ts';
import { admit, fence } from './rds/fence/fence.ts';
import { fenceReplacement } from './rds/fence/fence-replacement.ts';
import { start } from './rds/fence/start.ts';
import { verifyFence } from './rds/fence/verify-fence.ts';
import { deleteOriginal } from './rds/finish/delete.ts';
import { deleteMember } from './rds/finish/delete-member.ts';
import { deleteReadReplica } from './rds/finish/delete-read-replica.ts';
import { discard, discardSnapshot as discardDatabaseSnapshot } from './rds/finish/discard.ts';
import { discardMember } from './rds/finish/discard-member.ts';
import { clearProtection, setProtection } from './rds/finish/protection.ts';
import { checkSql } from './rds/judge/check-sql.ts';
import { compare } from './rds/judge/compare.ts';
import { verify } from './rds/judge/verify.ts';
import { verifyReadReplica } from './rds/judge/verify-read-replica.ts';
import { verifyServing } from './rds/judge/verify-serving.ts';
import { clusters } from './rds/kinds/cluster.ts';
import { instances } from './rds/kinds/instance.ts';
import { addRole } from './rds/make/add-role.ts';
import { copySnapshot as copyDatabaseSnapshot } from './rds/make/copy-snapshot.ts';
import { createMember } from './rds/make/create-member.ts';
import { createReadReplica } from './rds/make/create-read-replica.ts';
import { createSnapshot as createDatabaseSnapshot } from './rds/make/create-snapshot.ts';
import { manageMasterUserPassword } from './rds/make/manage-master-user-password.ts';
import { modify } from './rds/make/modify.ts';
import { rebootInstance } from './rds/make/reboot-instance.ts';
import { restore } from './rds/make/restore.ts';
import { createClusterEndpoint } from './rds/names/create-cluster-endpoint.ts';
import { deleteClusterEndpoint } from './rds/names/delete-cluster-endpoint.ts';
import { rename } from './rds/names/rename.ts';
import { renameReadReplica } from './rds/names/rename-read-replica.ts';
import { read } from './rds/read/read.ts';

// Each is typed by its own input and output; the registry parses inputs by each one's own schema.
const steps = [
  checkKey,
  readInstance,
  stopInstance,
  startInstance,
  verifyInstance,
  claim,
  releaseClaim,
  readVolume,
  createSnapshot,
  copySnapshot,
  createVolume,
  setAutoEnableIO,
  detachVolume,
  attachVolume,
  setDeleteOnTermination,
  verifyVolume,
  verifyUnattachedVolume,
  deleteVolume,
  discardVolume,
  discardSnapshot,
  read(instances),
  claimDatabase(instances),
  releaseDatabase(instances),
  createDatabaseSnapshot(instances),
  copyDatabaseSnapshot,
  fence(instances),
  dropSessions,
  verifyFence(instances),
  restore(instances),
  modify(instances),
  manageMasterUserPassword,
  rebootInstance,
  addRole(instances),
  compare(instances),
  checkSql(instances),
  rename(instances),
  verify(instances),
  admit(instances),
  verifyServing(instances),
  createReadReplica,
  verifyReadReplica,
  renameReadReplica,
  deleteReadReplica,
  clearProtection(instances),
  setProtection(instances),
  deleteOriginal(instances),
  discard(instances),
  discardDatabaseSnapshot(instances),
  start(instances),
  fenceReplacement(instances),
  read(clusters),
  claimDatabase(clusters),
  releaseDatabase(clusters),
  fence(clusters),
  verifyFence(clusters),
  createDatabaseSnapshot(clusters),
  restore(clusters),
  modify(clusters),
  addRole(clusters),
  createMember,
  compare(clusters),
  checkSql(clusters),
  deleteClusterEndpoint,
  rename(clusters),
  createClusterEndpoint,
  verify(clusters),
  admit(clusters),
  verifyServing(clusters),
  clearProtection(clusters),
  setProtection(clusters),
  deleteMember,
  deleteOriginal(clusters),
  discardMember,
  discard(clusters),
  discardDatabaseSnapshot(clusters),
  start(clusters),
  fenceReplacement(clusters),
  exec,
];

/** All steps and targets that a plan may use. */
export const registry = registryOf(steps as unknown as readonly StepDefinition<AwsServices, never, never>[], [
  instanceTarget,
  volumeTarget,
  targetOf(instances),
  targetOf(clusters),
]);
