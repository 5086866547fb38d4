import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { build, rekey, shippedPlan, simulate, start, workshop } from '../cli/command.ts';
import { fill, smallDisk } from '../support/small-disk.ts';

const room = workshop();
beforeAll(build, 120_000);
afterAll(() => room.clear());

test.skipIf(!smallDisk.there)(
  'the disk fills while the target is stopped: it is taken back, that is written down and said, and with room again the run goes on',
  async () => {
    const disk = smallDisk.mounted(8);
    const aws = await simulate(400);
    try {
      const where = { cwd: room.dir, env: aws.env };
      const dir = ['--state-dir', disk.path];
      const first = start(['run', shippedPlan, '--set', 'steps.soak.with.for=0s', ...dir], where);
      await first.says(/Z stop: stop i-/);
      // Said before it is sent: a call is sent when its turn has come and its guard has looked.
      await vi.waitFor(async () => expect((await aws.state()).instances[0]?.state).not.toBe('running'), 30_000);
      const filler = fill(disk.path);
      const { code, said } = await first.ended;
      expect(code, said).toBe(1);
      expect(said).toContain('the disk of the state directory is full: nothing new is begun');
      expect(said).toContain('make room on the disk of the state directory, then resume');
      expect(said).toMatch(/stopped, and taken back\n[\s\S]*seen i-0123456789abcdef0 runs with its originals \(/);
      expect((await aws.state()).instances[0]?.state).toBe('running');

      const [run = ''] = readdirSync(join(disk.path, 'runs'));
      const status = await rekey(['status', run, ...dir], where);
      expect(status.stdout).toContain('stopped, and taken back');
      filler.remove();
      const second = await rekey(['resume', run, ...dir], where);
      expect(second.code, second.said).toBe(0);
      const { instances } = await aws.state();
      expect(instances[0]?.workload?.ledger.filter(({ lost }) => lost !== false)).toEqual([]);
      expect(readdirSync(join(disk.path, 'runs', run))).not.toContain('reserve');
    } finally {
      aws.stop();
      disk.remove();
    }
  },
  120_000,
);
