import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { whatNow } from '../../src/app/what-now.ts';
import { journalFormat } from '../../src/contract/record.ts';
import type { RunStatus } from '../../src/report/run-status.ts';
import { root, shippedPlan, workshopWithAccount } from './command.ts';

const desk = workshopWithAccount();

/** The files of all journals, with what is in them. */
const journals = () =>
  readdirSync(join(desk.room.dir, '.rekey/runs'), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .map((file) => `${file} ${readFileSync(join(desk.room.dir, '.rekey/runs', file), 'utf8')}`);

// docs/RUNBOOK.md: what cron and a systemd timer call.
test('a timer that calls `resume` again and again takes two runs through their holds to their ends, and opens nothing that waits', async () => {
  const plans = [
    [shippedPlan, '--set', 'steps.soak.with.for=4h'],
    [
      join(root, 'plans/ebs-volume.yaml'),
      '--set',
      'target.id=vol-0feedfacecafebeef',
      '--set',
      'steps.soak.with.for=4h',
    ],
  ];
  for (const plan of plans) expect((await desk.here.rekey(['run', ...plan], desk.aws.env)).code).toBe(3);
  let waited = 0;
  for (;;) {
    const before = journals();
    const beat = await desk.here.rekey(['resume'], desk.aws.env);
    expect([0, 3], beat.said).toContain(beat.code);
    const left = beat.stdout.match(/^\S+ {2}\S+ {2}paused at soak, which opens \d{4}-\S+Z \(in .*\)$/gm) ?? [];
    if (left.length === 2) {
      waited++;
      expect(beat).toMatchObject({ code: 0, stderr: '' });
      expect(journals()).toEqual(before);
    }
    if (beat.stdout.includes('nothing to do')) break;
  }
  expect(waited).toBeGreaterThan(0);
  expect(await desk.here.rekey(['resume'], desk.aws.env)).toMatchObject({ code: 0, stderr: '' });
  const ends = (await desk.here.rekey(['status', '--json'])).stdout.trim().split('\n');
  expect(ends.map((line) => JSON.parse(line).plans[0].status)).toEqual(['done', 'done']);
}, 120_000);

describe('what is done with a run', () => {
  type Told = Partial<RunStatus['plans'][number]>;
  const standing = (plans: readonly Told[], from?: number) =>
    ({ plans, nextSteps: [{ command: 'resume', words: [], ...(from !== undefined && { from }) }] }) as never;
  const dead = { runner: 'dead', format: journalFormat } as const;
  const held = { status: 'paused', waitsFor: { step: 'soak', kind: 'hold', until: 7 } } as const;
  const never = { status: 'paused', waitsFor: { step: 'window', kind: 'window', until: Infinity } } as const;
  const takenBack = { status: 'failed', takenBack: true } as const;

  test.each([
    ['one that was interrupted goes on', [{ status: 'interrupted' }], undefined, dead, { resume: true }],
    ['one that is down goes on', [{ ...takenBack, downSince: 1 }], undefined, dead, { resume: true }],
    ['one that waits is left until then', [held], 7, dead, { left: 'waits', exit: 0, until: 7 }],
    ['one whose window never opens is left for ever', [never], undefined, dead, { left: 'waits', until: Infinity }],
    ['one that was taken back is left to a person', [takenBack], undefined, dead, { left: 'taken-back', exit: 1 }],
    [
      'one that runs is left',
      [{ status: 'running' }],
      undefined,
      { ...dead, runner: 'alive' },
      { left: 'busy', exit: 0 },
    ],
    [
      'one of another machine is left',
      [held],
      7,
      { ...dead, runner: 'unknown' },
      { left: 'not-seen-from-here', exit: 5 },
    ],
    ['one of an older format is left', [held], 7, { ...dead, format: 1 }, { left: 'older', exit: 2 }],
  ] as const)('%s', (_what, plans, from, reading, now) => {
    expect(whatNow(standing(plans as readonly Told[], from), reading, false)).toMatchObject(now);
  });

  test('one that waits is taken up by who stays', () => {
    expect(whatNow(standing([held], 7), dead, true)).toEqual({ resume: true });
  });
});
