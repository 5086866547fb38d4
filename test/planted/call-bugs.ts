import type { PlantedBug } from './planted-bug.ts';

const engine = 'test/engine/engine.test.ts';
const outage = 'test/aws/outage.test.ts';
const budget = 'test/aws/budget.test.ts';

/** What could go wrong in what an error means, and between the turn of a call, its guard and its leaving. */
export const callBugs: readonly PlantedBug[] = [
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
    caughtBy: { file: 'test/aws/outage.test.ts', title: 'ECONNRESET' },
  },
  {
    name: 'expired credentials unwind',
    file: 'src/engine/send.ts',
    find: "if (error.class === 'stop-run' && waitedMs >= limitMs) throw stopRun(error);",
    replace:
      "if (error.class === 'stop-run' && waitedMs >= limitMs) return { end: { reason: formatCallError(error) } };",
    caughtBy: { file: engine, title: 'of the credentials in the middle of the cut-over undoes nothing' },
  },

  // Nothing waits between the guard and the call.
  {
    name: 'the guard is asked before the call has its turn',
    file: 'src/engine/effect.ts',
    find: 'this.disruptive ? await firstTurn(this.effect)',
    replace: 'this.disruptive ? undefined',
    caughtBy: { file: 'test/engine/in-turn.test.ts', title: 'a call has its turn first' },
  },
  {
    name: 'a turn that is held is never given back',
    file: 'src/aws/line.ts',
    find: 'const heldMs = 2_000;',
    replace: 'const heldMs = 2_000_000;',
    caughtBy: { file: budget, title: 'held for two seconds goes to the next' },
  },
  {
    name: 'warm-ups go before what brings a target back',
    file: 'src/aws/line.ts',
    find: 'for (const urgency of urgencies) {',
    replace: 'for (const urgency of [...urgencies].reverse()) {',
    caughtBy: { file: budget, title: 'who is down goes first' },
  },
  {
    name: 'targets are taken down while others wait to come up',
    file: 'src/aws/budget.ts',
    find: '() => ![...this.#lines.values()].some((one) => one.holdsUpAnOutage),',
    replace: '() => true,',
    caughtBy: { file: budget, title: 'nothing is taken down while' },
  },
  {
    name: 'what was held up in its turn is sent all the same',
    file: 'src/aws/budget.ts',
    find: 'this.#clock.now() <= sending.leavesBy',
    replace: 'sending.leavesBy > 0',
    caughtBy: { file: budget, title: 'held up in its turn does not leave' },
  },
  {
    name: 'nobody asks whether the turn is over when a call leaves',
    file: 'src/aws/clients.ts',
    find: 'leaving.get(context)?.();',
    replace: '',
    caughtBy: { file: 'test/aws/fence.test.ts', title: 'frozen after it was signed' },
  },
];
