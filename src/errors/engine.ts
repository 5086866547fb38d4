import { type Course, entry } from './entry.ts';

const lines = (findings: readonly string[]) => findings.map((finding) => `\n  - ${finding}`).join('');

/** Errors of a run. */
export const engineErrors = {
  'effect-failed': entry({
    title: 'A step failed',
    exit: 1,
    course: 'unwind',
    message: (p: { title: string; reason: string }) => `${p.title}: ${p.reason}`,
    hint: () => 'fix what the reason names, then resume',
  }),
  'disk-full': entry({
    title: 'The disk of the state directory is full',
    exit: 1,
    course: 'unwind',
    message: (p: { target: string }) =>
      `the disk that holds the journal is full, so rekey begins nothing new on ${p.target}; to bring it back, rekey uses disk space that it had reserved`,
    hint: () => 'make room on the disk of the state directory, then resume',
  }),
  unexpected: entry({
    title: 'An error that rekey did not expect',
    exit: 1,
    course: 'unwind',
    message: (p: { text: string }) => `this is a bug of rekey: ${p.text}`,
    hint: () =>
      'please report it, with this text; other plans of the run went on. What was done is taken back where that is possible; resume to try again',
  }),
  'aws-unreachable': entry({
    title: 'AWS does not answer',
    exit: 1,
    message: (p: { title: string; forMs: number; reason: string; course: Course }) =>
      `${p.title}: no usable answer for ${Math.round(p.forMs / 60_000)} min; the last one: ${p.reason}`,
    hint: (p) =>
      p.course === 'unwind'
        ? 'the cut-over was taken back; when AWS answers again, resume'
        : 'nothing was undone, because AWS did not answer; when it answers again, resume',
  }),
  'verification-failed': entry({
    title: 'Verification failed; nothing was deleted',
    exit: 4,
    course: 'unwind',
    message: (p: { title: string; findings: readonly string[] }) => `${p.title}${lines(p.findings)}`,
    hint: () => 'fix what the findings name, then resume: the verification is done again',
  }),
  'nothing-changed': entry({
    title: 'Not tried again: nothing has changed since the verification failed',
    exit: 4,
    message: (p: { run: string; target: string; message: string }) =>
      `${p.target} is back in service. Another try would take it out of service again, and everything that rekey reads is as it was when this failed:\n${p.message}`,
    hint: (p) =>
      `fix what the findings name, then resume; if you have fixed something that rekey can't read: rekey resume ${p.run} --again; or end the run: rekey rollback ${p.run}`,
  }),
  'proof-failed': entry({
    title: 'The proof no longer holds; nothing was deleted',
    exit: 4,
    message: (p: { title: string; findings: readonly string[] }) =>
      `not done: ${p.title}, because the proof right before it failed${lines(p.findings)}`,
    hint: () => 'see who changed what the findings name; when it is as it was, resume',
  }),
  'replacement-stale': entry({
    title: 'The original may hold what its replacement lacks; nothing was deleted',
    exit: 4,
    /** `since`: when the target could first write to the replacements, ISO 8601; left out where it never could. */
    message: (p: { original: string; replacement: string; findings: readonly string[]; since?: string | undefined }) =>
      `${p.original} was seen in a place where somebody can write to it, after ${p.replacement} was made from it${lines(p.findings)}`,
    hint: (p) =>
      `if you need nothing that is on ${p.original}, delete it yourself and resume; otherwise copy it over. To end the run and keep both, put the original back (this stops the target and takes ${p.replacement} out of use, with everything that was written to it): rekey rollback RUN${p.since === undefined ? '' : ` --discard-writes-since ${p.since}`}`,
  }),
  'original-gone': entry({
    title: 'An original is gone; going back is not possible',
    exit: 1,
    message: (p: { pairs: readonly { original: string; replacement: string }[] }) =>
      p.pairs
        .map(
          (pair) =>
            `${pair.original} is gone: this run has not deleted it, so somebody has, or it went with a target that was terminated; ${pair.replacement} was made from its last snapshot`,
        )
        .join('\n'),
    hint: () => 'nothing was taken back; resume to go forward with the replacements',
  }),
  'turned-round': entry({
    title: 'An original is gone; going back is not possible',
    exit: 1,
    message: (p: { why: string; target: string; pairs: readonly { original: string; replacement: string }[] }) =>
      `${p.why}; the data of ${p.target} is on ${p.pairs.map((pair) => pair.replacement).join(', ')}`,
    hint: () => 'only forward is left: rekey resume RUN',
  }),
  'half-way-back': entry({
    title: 'An original is gone, and the target is half-way back to the others',
    exit: 6,
    message: (p: {
      target: string;
      lost: readonly { original: string; replacement: string }[];
      pairs: readonly { replacement: string }[];
      inPlace: readonly string[];
    }) =>
      `${p.target} does not serve: ${p.lost.map((pair) => `${pair.original} is lost (deleted by somebody, or failed), and ${pair.replacement} replaces it`).join('; ')}; of ${p.pairs.map((pair) => pair.replacement).join(', ')} it holds ${p.inPlace.join(', ')}`,
    hint: () =>
      'attach every replacement at the place of its original (rekey status names them), then resume: it goes forward with them',
  }),
  'not-ours-to-discard': entry({
    title: 'This run did not make it',
    exit: 1,
    message: (p: { id: string }) => `${p.id} is not in this run's journal as something it made, so it is not discarded`,
    hint: () => 'check the plan: a discard step may only name what an earlier step of the same run has made',
  }),
  'target-changed': entry({
    title: 'Somebody changed the target',
    exit: 6,
    course: 'unwind',
    message: (p: { target: string; differences: readonly string[]; onlyForward?: boolean }) =>
      `${p.target} is not as this run left it${lines(p.differences)}`,
    hint: (p) =>
      p.onlyForward === true
        ? 'clients may have been let in to the replacement, so rekey takes nothing back by itself: make the target as it was expected, then resume'
        : 'find out who did it; then resume: what was built before the change is built again',
  }),
  'target-in-pieces': entry({
    title: 'The target holds originals and replacements at once; nothing was touched',
    exit: 6,
    message: (p: { target: string; on: readonly string[]; differences: readonly string[] }) =>
      `${p.target} was started or changed by somebody in the middle of the swap, and holds ${p.on.join(', ')}${lines(p.differences)}`,
    hint: () =>
      'decide by hand which of each pair holds the data to keep; original and replacement of each are named by: rekey status RUN',
  }),
  'mixed-start': entry({
    title: 'Not started with a mix of originals and replacements',
    exit: 6,
    course: 'unwind',
    message: (p: { target: string; on: readonly string[] }) =>
      `${p.target} is not started: it holds ${p.on.join(', ') || 'none of them'}, which is neither all originals nor all replacements`,
    hint: () => 'rekey status names original and replacement of each; put one complete set in its place, then resume',
  }),
  'target-claimed': entry({
    title: 'Another run has claimed the target',
    exit: 5,
    message: (p: { claims: readonly { run: string; on: string }[] }) =>
      p.claims.map((claim) => `${claim.on} is claimed by run ${claim.run}`).join('\n'),
    hint: (p) =>
      `let that run end; if it will never go on, take its claim over with: --replace-claim ${p.claims[0]?.run ?? ''}`,
  }),
  'claimed-by-plan': entry({
    title: 'Another plan of this run has it',
    exit: 5,
    message: (p: { claims: readonly { on: string; plan: string }[] }) =>
      p.claims.map((claim) => `${claim.on} is moved by the plan ${claim.plan} of this run`).join('\n'),
    hint: (p) => `nothing was changed; when ${p.claims[0]?.plan ?? 'that plan'} has ended, resume`,
  }),
  'unwind-failed': entry({
    title: 'rekey could not put the original back',
    exit: 1,
    message: (p: { title: string; reason: string; because: string }) =>
      `unwinding after "${p.because}" stopped at: ${p.title}: ${p.reason}`,
    hint: () => 'fix what the reason names, then resume: the unwinding continues where it stopped',
  }),
  'past-write-point': entry({
    title: 'A rollback would lose writes',
    exit: 1,
    message: (p: { since: string }) =>
      `the replacements may have been in use since ${p.since}; a rollback loses what was written since then`,
    hint: (p) => `if those writes may be lost: rekey rollback RUN --discard-writes-since ${p.since}`,
  }),
  'rollback-refused': entry({
    title: "The originals can't be put back now; the target serves as before",
    exit: 1,
    message: (p: { target: string; reasons: readonly string[] }) =>
      `${p.target} was not taken out of service, because its originals could not replace what runs now${lines(p.reasons)}`,
    hint: () => 'fix what the reasons name and roll back again, or go forward: rekey resume RUN',
  }),
  'originals-gone': entry({
    title: 'There is nothing to go back to',
    exit: 1,
    message: (p: { deleted: readonly string[] }) => `deleted after proof, all of it or a part: ${p.deleted.join(', ')}`,
    hint: () => 'only forward is left: rekey resume RUN',
  }),
  'already-finished': entry({
    title: 'The run has ended',
    exit: 2,
    message: (p: { run: string; status: string }) => `run ${p.run} is ${p.status}`,
    hint: (p) => `rekey status ${p.run} shows what it did`,
  }),
};
