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
import { databaseSteps, databaseTargets } from './rds/steps.ts';

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
  ...databaseSteps,
  exec,
];

/** All steps and targets that a plan may use. */
export const registry = registryOf(steps as unknown as readonly StepDefinition<AwsServices, never, never>[], [
  instanceTarget,
  volumeTarget,
  ...databaseTargets,
]);
