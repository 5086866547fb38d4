import type { PlantedBug } from './planted-bug.ts';

const caught = 'test/planted/caught.test.ts';
const account = 'test/planted/caught-in-an-account.test.ts';
const engine = 'test/engine/engine.test.ts';
const verify = 'test/steps/verify.test.ts';
const shipped = 'test/plans/shipped.test.ts';
const outage = 'test/aws/outage.test.ts';
const hub = 'test/aws/settle-hub.test.ts';

/** What could go wrong in what the steps carry, what an error means, how AWS is asked and what the operator is told. */
export const stepBugs: readonly PlantedBug[] = [
  // What an error means.
  {
    name: 'an unknown error is retried',
    file: 'src/aws/outage.ts',
    find: "status < 400 ? 'in-doubt' : 'permanent'",
    replace: "status < 400 ? 'in-doubt' : 'retry'",
    caughtBy: { file: outage, title: 'permanent: UnauthorizedOperation' },
  },
  {
    name: 'throttling is permanent',
    file: 'src/aws/outage.ts',
    find: "permanent: ['LimitExceededException'],",
    replace: "permanent: ['LimitExceededException', 'RequestLimitExceeded'],",
    caughtBy: { file: outage, title: 'throttling is retried although it comes as a 503' },
  },
  {
    name: 'a connection that broke is permanent',
    file: 'src/aws/outage.ts',
    find: "if (has(severed)) return 'in-doubt';",
    replace: "if (has(severed)) return 'permanent';",
    caughtBy: { file: 'test/sweep/failure.test.ts', title: 'no answer at all, before or after AttachVolume' },
  },
  {
    name: 'expired credentials unwind',
    file: 'src/engine/send.ts',
    find: "if (error.class === 'stop-run') throw stopRun(error);",
    replace: "if (error.class === 'stop-run') return { end: { reason: formatCallError(error) } };",
    caughtBy: { file: engine, title: 'of the credentials in the middle of the cut-over undoes nothing' },
  },

  // What a replacement takes over.
  {
    name: 'tags of AWS are carried',
    file: 'src/aws/tags.ts',
    find: "!key.startsWith('aws:') && ",
    replace: '',
    caughtBy: { file: 'test/aws/tags.test.ts', title: 'neither the tags of AWS nor ours are carried' },
  },
  {
    name: 'IOPS are not carried',
    file: 'src/steps/ebs/create-volume.ts',
    find: '...(attributes.iops !== undefined && { Iops: attributes.iops }),',
    replace: '',
    caughtBy: { file: shipped, title: 'moves every volume of a running instance' },
  },
  {
    name: 'IOPS are not compared',
    file: 'src/steps/ebs/comparison.ts',
    find: "if (attributes.iops !== undefined) equal('IOPS', attributes.iops, volume.Iops);",
    replace: '',
    caughtBy: { file: verify, title: 'the verdict before the write point IOPS' },
  },
  {
    name: 'auto-enable-IO is forgotten',
    file: 'src/steps/ebs/set-auto-enable-io.ts',
    find: 'if (attributes.autoEnableIO !== true) return',
    replace: 'if (volume) return',
    caughtBy: { file: shipped, title: 'moves every volume of a running instance' },
  },
  {
    name: 'DeleteOnTermination is forgotten',
    file: 'src/steps/ebs/set-delete-on-termination.ts',
    find: 'const is = (mapped.DeleteOnTermination ?? false) === place.deleteOnTermination;',
    replace: 'const is = true;',
    caughtBy: { file: shipped, title: 'moves every volume of a running instance' },
  },
  {
    name: 'the root is attached last',
    file: 'src/steps/ec2/read-instance.ts',
    find: 'Number(b.root) - Number(a.root)',
    replace: 'Number(a.root) - Number(b.root)',
    caughtBy: { file: shipped, title: 'attaches root first and then the others in their order' },
  },

  // Asking and waiting.
  {
    name: 'what was aborted is asked about all the same',
    file: 'src/aws/settle-hub.ts',
    find: "const abort = () => this.#end(() => resolve('aborted'));",
    replace: "const abort = () => resolve('aborted');",
    caughtBy: { file: hub, title: 'what is aborted is not asked again, and resolves at once' },
  },
  {
    name: 'who comes later is forgotten',
    file: 'src/aws/settle-hub.ts',
    find: 'this.#waiters.add(waiter);',
    replace: 'if (!this.#begun) this.#waiters.add(waiter);',
    caughtBy: { file: hub, title: 'what is about to be due comes along with what is due' },
  },
  {
    name: 'volumes are asked for by a list of ids',
    file: 'src/aws/sight.ts',
    find: 'await ec2.describeVolumes({\n      Filters: [filter],\n      MaxResults: thingsPerPage,',
    replace:
      "await ec2.describeVolumes({\n      ...(filter.Name === 'volume-id' ? { VolumeIds: filter.Values } : { Filters: [filter], MaxResults: thingsPerPage }),",
    caughtBy: { file: shipped, title: 'moves an unattached volume, byte for byte, and leaves nothing behind' },
  },

  {
    name: 'a probe that was killed says that the command did nothing',
    file: 'src/steps/control/exec.ts',
    find: 'probed?.exit !== undefined ||',
    replace: 'probed !== undefined ||',
    caughtBy: { file: 'test/steps/exec.test.ts', title: 'a probe that is killed does not say' },
  },

  // What the operator is told.
  {
    name: 'what was announced is lost',
    file: 'src/engine/plan-run.ts',
    find: 'if (known) return;',
    replace: 'if (!known) return;',
    caughtBy: { file: account, title: 'the operator finds what had to be said in the journal' },
  },
  {
    name: 'a pause outranks a failed verification',
    file: 'src/engine/stops.ts',
    find: '[130, 4, 6, 1, 5, 2, 3]',
    replace: '[130, 3, 6, 1, 5, 2, 4]',
    caughtBy: { file: caught, title: 'the operator gets of several plans the worst exit code' },
  },
];
