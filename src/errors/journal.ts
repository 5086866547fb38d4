import { entry } from './entry.ts';

/** Which run, and in which state directory. */
export interface RunWhere {
  readonly run: string;
  /** Told in the hint when it isn't the default. */
  readonly stateDir?: string;
  /** It was to be taken back, and that is the command to give again. */
  readonly back?: boolean;
}

function command(what: string, p: { readonly stateDir?: string }, flags = ''): string {
  const dir = p.stateDir ?? '.rekey';
  const quoted = /^[\w./@:+-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", "'\\''")}'`;
  return `rekey ${what}${dir === '.rekey' ? '' : ` --state-dir ${quoted}`}${flags}`;
}

/** The command again that was refused, or was under way. */
function again(p: RunWhere, flags = ''): string {
  return command(`${p.back === true ? 'rollback' : 'resume'} ${p.run}`, p, flags);
}

/** Errors of the journal. */
export const journalErrors = {
  'run-id-invalid': entry({
    title: 'This is not a run id',
    exit: 2,
    message: (p: RunWhere) => `${JSON.stringify(p.run)} is not a run id; one looks like 20180606T021500Z-k3x7qa`,
    hint: (p) => `list the runs with: ${command('status', p)}`,
  }),
  'run-not-found': entry({
    title: 'There is no such run here',
    exit: 2,
    message: (p: RunWhere) => `${p.stateDir ?? '.rekey'} holds no run ${p.run}`,
    hint: (p) =>
      `list the runs with: ${command('status', p)}; a run is found only with the --state-dir it was started with`,
  }),
  'run-held': entry({
    title: 'Another runner owns this run',
    exit: 5,
    message: (p: RunWhere & { owner: string }) => `run ${p.run} is held by ${p.owner}`,
    hint: (p) => `wait for it to end, or stop it, then: ${again(p)}`,
  }),
  'take-over-needed': entry({
    title: "rekey can't see from here whether the process that owns this run still runs",
    exit: 5,
    message: (p: RunWhere & { owner: string; seenAt: string }) =>
      `run ${p.run} belongs to ${p.owner}, on another machine or in another container; its last sign of life was at ${p.seenAt}`,
    hint: (p) => `make sure that it has ended, then: ${again(p, ' --take-over')}`,
  }),
  'take-over-too-early': entry({
    title: 'The owner of this run was alive a few minutes ago',
    exit: 5,
    message: (p: RunWhere & { owner: string; seenAt: string; from: string }) =>
      `run ${p.run} belongs to ${p.owner}, whose last sign of life was at ${p.seenAt}; it can be taken over from ${p.from} on`,
    hint: (p) => `stop that runner, wait until ${p.from}, then: ${again(p, ' --take-over')}`,
  }),
  'journal-taken-over': entry({
    title: 'Another runner has taken over this run',
    exit: 5,
    message: (p: RunWhere & { file: string }) => `run ${p.run} goes on in ${p.file}, which this process did not write`,
    hint: (p) => `this process does nothing more; see how the run stands: ${command(`status ${p.run}`, p)}`,
  }),
  'journal-not-written': entry({
    title: 'The journal could not be written',
    exit: 1,
    message: (p: RunWhere & { reason: string }) =>
      `the journal of run ${p.run} could not be written: ${p.reason}; rekey sent nothing to AWS that the journal does not hold`,
    hint: (p) => `make room or fix the disk, then: ${again(p)}`,
  }),
  'journal-damaged': entry({
    title: 'The journal is damaged',
    exit: 1,
    message: (p: RunWhere & { file: string; record: number; why: string }) =>
      `record ${p.record} of run ${p.run}, in ${p.file}: ${p.why}; nothing was changed`,
    hint: (p) =>
      `bring ${p.file} back from a backup, then: ${command(`journal verify ${p.run}`, p)}; without a backup finish by hand: what the run made carries its id as a tag`,
  }),
  'journal-older': entry({
    title: 'This run was begun by an older rekey',
    exit: 2,
    message: (p: RunWhere & { format: number; current: number }) =>
      `the journal of run ${p.run} is of format ${p.format}, and this rekey goes on with format ${p.current} alone; nothing was changed`,
    hint: (p) =>
      `finish it with the rekey that began it, or put the originals back with: ${command(`rollback ${p.run}`, p)}; see how it stands: ${command(`status ${p.run}`, p)}`,
  }),
  'journal-newer': entry({
    title: 'This run was begun by a newer rekey',
    exit: 2,
    message: (p: RunWhere & { file: string; format: number; current: number }) =>
      `${p.file} of run ${p.run} is of format ${p.format}, and this rekey reads formats up to ${p.current}; nothing was changed`,
    hint: () => 'install the rekey that began it, or a newer one, and give the command again',
  }),
  'record-malformed': entry({
    title: 'The journal holds something that is not a record',
    exit: 1,
    message: (p: RunWhere & { file: string; record: number; why: string }) =>
      `record ${p.record} of run ${p.run}, in ${p.file}: ${p.why}; nothing was changed`,
    hint: (p) =>
      `its hash is right, so another program or a bug of rekey wrote it like that: bring ${p.file} back from a backup, then: ${command(`journal verify ${p.run}`, p)}; without a backup finish by hand: what the run made carries its id as a tag`,
  }),
  'record-unwritable': entry({
    title: 'A record was not written, because it could not be read again',
    exit: 1,
    message: (p: RunWhere & { kind: string; why: string }) =>
      `a record ${JSON.stringify(p.kind)} of run ${p.run} would not be valid: ${p.why}; the journal holds everything before it`,
    hint: (p) =>
      `this is a bug of rekey: please report it with this text; see how the run stands: ${command(`status ${p.run}`, p)}`,
  }),
  'record-illegal': entry({
    title: 'The journal holds records that contradict each other',
    exit: 1,
    message: (p: { run: string; number: number; record: string; why: string }) =>
      `record ${p.number} of run ${p.run} can't follow those before it: ${p.record}: ${p.why}`,
    hint: (p) =>
      `rekey journal verify ${p.run} checks whether the journal is whole; resume the run with the version that began it`,
  }),
  'head-mismatch': entry({
    title: 'The journal does not hold the head you know',
    exit: 1,
    message: (p: RunWhere & { expected: string; head: string; records: number }) =>
      `none of the ${p.records} records of run ${p.run} has the hash ${p.expected}; the last one has ${p.head}: records were cut off or rewritten, or the head is of another run`,
    hint: (p) => `bring the run's directory back from a backup, then: ${command(`journal verify ${p.run}`, p)}`,
  }),
  'state-dir-unwritable': entry({
    title: "The state directory can't be used",
    exit: 2,
    message: (p: { stateDir: string; reason: string }) => `${p.stateDir}: ${p.reason}; nothing was changed`,
    hint: () =>
      'fix its permissions or make room, or name another directory with --state-dir DIR, and give the command again',
  }),
};
