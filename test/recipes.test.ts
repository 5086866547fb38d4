import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'rekey-recipes-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** The units of docs/RUNBOOK.md by their names, with a program that is on this machine. */
function units(): ReadonlyMap<string, string> {
  const page = readFileSync(new URL('../docs/RUNBOOK.md', import.meta.url), 'utf8');
  const recipe = /```ini\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const texts = recipe.split(/^# \/etc\/systemd\/system\/(\S+)\n/m).slice(1);
  const pairs = texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : []));
  return new Map(pairs.map(([name, text]) => [name, text.replace('/usr/local/bin/rekey', process.execPath)]));
}

function verify(texts: ReadonlyMap<string, string>) {
  writeFileSync(join(dir, 'rekey-failed.service'), `[Service]\nType=oneshot\nExecStart=${process.execPath}\n`);
  for (const [name, text] of texts) writeFileSync(join(dir, name), text);
  const files = [...texts.keys()].map((name) => join(dir, name));
  const env = { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` };
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...files], { env, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

test('the runbook has a service and a timer for systemd', () => {
  expect([...units().keys()]).toEqual(['rekey-resume.service', 'rekey-resume.timer']);
});

test.skipIf(!hasSystemd)('systemd takes the units of the runbook as they are, and says nothing against them', () => {
  expect(verify(units())).toEqual({ status: 0, said: '' });
});

test.skipIf(!hasSystemd)('systemd refuses a timer that is misspelt, so the looking looks', () => {
  const misspelt = new Map([...units()].map(([name, text]) => [name, text.replace('OnCalendar', 'OnCalender')]));
  expect(verify(misspelt)).toMatchObject({ status: 1, said: expect.stringContaining('OnCalender') });
});
