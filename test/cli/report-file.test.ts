import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeReport } from '../../src/app/report-file.ts';
import { photograph, run, writtenRun } from '../journal/scene.ts';

test('a report is never written among the journals, by whatever way the file is named', async () => {
  const stateDir = await writtenRun(['one']);
  const journal = join(stateDir, 'runs', run, '000001.jsonl');
  await symlink(join(stateDir, 'runs'), join(stateDir, 'elsewhere'));
  await symlink(journal, join(stateDir, 'page.html'));
  const before = await photograph(join(stateDir, 'runs'));
  const files = [
    journal,
    join(stateDir, 'runs/new/a.html'),
    join(stateDir, 'elsewhere/a.html'),
    join(stateDir, 'not/../runs/a.html'),
    join(stateDir, 'page.html'),
  ];
  for (const file of files)
    await expect(writeReport(stateDir, file, 'x'), file).rejects.toMatchObject({
      code: 'report-unwritable',
      message: expect.stringContaining('it would be among the journals'),
    });
  expect(await photograph(join(stateDir, 'runs'))).toEqual(before);
});

test('a report is written beside the runs, in directories that are made for it, and over an older one', async () => {
  const stateDir = await writtenRun(['one']);
  for (const file of [join(stateDir, 'a.html'), join(stateDir, 'runs-of-may/deep/a.html')])
    for (const text of ['older', 'newer']) {
      await writeReport(stateDir, file, text);
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
});

test.skipIf(process.platform !== 'linux')(
  'a report for a place that takes no directory is refused at once',
  async () => {
    const stateDir = await writtenRun(['one']);
    await expect(writeReport(stateDir, '/proc/x/report.html', 'x')).rejects.toMatchObject({
      code: 'report-unwritable',
      message: expect.stringContaining('/proc/x'),
    });
  },
);
