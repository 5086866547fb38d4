import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Report } from '../../src/report/document/schema.ts';
import { photograph } from '../journal/scene.ts';
import { build, type Env, root, type Shell, shell, workshop } from './command.ts';

const room = workshop();
let here: Shell;
beforeAll(async () => {
  build();
  here = await shell(room.dir);
});
afterAll(() => {
  here.close();
  room.clear();
});

/** Runs of test/fixtures/journal-format-1. */
const early = '20180606T024446Z-ea3tap';
const held = '20180606T043004Z-7kfugc';

function runs(): string {
  const dir = mkdtempSync(join(room.dir, 'runs-'));
  cpSync(join(root, 'test/fixtures/journal-format-1/runs'), join(dir, 'runs'), { recursive: true });
  return dir;
}

const headOf = (dir: string, run: string) => {
  const lines = readFileSync(join(dir, 'runs', run, '000001.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return (JSON.parse(lines.at(-1) ?? '') as { hash: string }).hash;
};

describe('rekey report', () => {
  test('writes Markdown to stdout, and with the name of a file the format that it names', async () => {
    const dir = runs();
    const printed = await here.rekey(['report', held, '--state-dir', dir]);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(printed.stdout).toMatch(/^# rekey report\n/);
    for (const [name, begins] of [
      ['a.html', /^<!doctype html>/],
      ['a.md', /^# rekey report/],
      ['a.json', /^\{\n {2}"v": 1/],
    ] as const) {
      const file = join(dir, name);
      const { code, stdout } = await here.rekey(['report', held, early, '--state-dir', dir, '-o', file]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(readFileSync(file, 'utf8')).toMatch(begins);
      for (const run of [held, early]) expect(readFileSync(file, 'utf8')).toContain(run);
    }
    Report.parse(JSON.parse(readFileSync(join(dir, 'a.json'), 'utf8')));
  });

  test('tells of an older journal that it is one, with the command that verifies it and passes', async () => {
    const dir = runs();
    const { stdout } = await here.rekey(['report', held, '--state-dir', dir, '--format', 'json']);
    const [run] = Report.parse(JSON.parse(stdout)).runs;
    expect(run?.warnings.join()).toContain('older format 1');
    expect(run?.journal).toMatchObject({ format: 1, head: headOf(dir, held), damage: null });
    const words = run?.journal.verify.split(' ') ?? [];
    const verified = await here.rekey(words.slice(words.indexOf('journal')));
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the head you know is the last record'),
    });
  });

  test('asks AWS nothing, and changes no file of the state directory', async () => {
    const dir = runs();
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const env: Env = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
    const before = await photograph(dir);
    const out = mkdtempSync(join(room.dir, 'out-'));
    for (const args of [[held], [held, '-o', join(out, 'a.html')], ['--all', '-o', out]])
      expect((await here.rekey(['report', ...args, '--state-dir', dir], env)).code).toBe(0);
    expect(await photograph(dir)).toEqual(before);
    expect(asked).toBe(0);
    server.close();
  });

  test('--all writes a file for each run and an index that leads to them', async () => {
    const dir = runs();
    const out = join(room.dir, 'not/there/yet');
    const { code } = await here.rekey(['report', '--all', '--state-dir', dir, '-o', out]);
    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual([`${early}.html`, `${held}.html`, 'index.html']);
    for (const run of [early, held])
      expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain(`href="${run}.html"`);
  });

  test('tells what stands before the damage of a journal, says so before all else, and exits 1', async () => {
    const dir = runs();
    const file = join(dir, 'runs', held, '000001.jsonl');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const middle = Math.floor(lines.length / 2);
    const damaged = lines.map((line, at) => (at === middle ? line.replace('"t":"', '"t":"x') : line));
    writeFileSync(file, `${damaged.join('\n')}\n`);
    const { code, stdout } = await here.rekey(['report', held, '--state-dir', dir, '--format', 'json']);
    expect(code).toBe(1);
    const [run] = Report.parse(JSON.parse(stdout)).runs;
    expect(run?.journal).toMatchObject({ records: middle, damage: { error: 'journal-damaged' } });
    expect(run?.journal.head).toBe((JSON.parse(lines[middle - 1] ?? '') as { hash: string }).hash);
    expect(run?.warnings[0]).toMatch(/^The journal is damaged: /);
    expect(run?.next).toEqual([]);
    const all = await here.rekey(['report', '--all', '--state-dir', dir, '-o', join(room.dir, 'damaged')]);
    expect(all.code).toBe(1);
    expect(readFileSync(join(room.dir, 'damaged/index.html'), 'utf8')).toContain('its journal is damaged');
  });

  test('of a journal of which not even the plan can be read is refused; --all names it in the index and reports the others', async () => {
    const dir = runs();
    writeFileSync(join(dir, 'runs', held, '000001.jsonl'), 'nothing of ours\n{}\n');
    const one = await here.rekey(['report', held, '--state-dir', dir]);
    expect(one.code).not.toBe(0);
    expect(one.stdout).toBe('');
    const out = join(room.dir, 'partly');
    const all = await here.rekey(['report', '--all', '--state-dir', dir, '-o', out]);
    expect(all.code).toBe(1);
    expect(readdirSync(out).sort()).toEqual([`${early}.html`, 'index.html']);
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain(held);
  });

  test('is refused, with what to do, without a run, with a format that it does not know, and where it can not write', async () => {
    const dir = runs();
    const file = join(dir, 'file');
    writeFileSync(file, '');
    for (const [args, says] of [
      [[], 'a run is missing'],
      [[held, '-o', 'report.pdf'], '.html, .md or .json'],
      [[held, '--format', 'pdf'], 'none of html, md, json'],
      [['--all'], '-o DIR'],
      [['--all', held, '-o', 'x'], 'takes no run'],
      [['20180606T043004Z-zzzzzz'], 'holds no run'],
      [[held, '-o', join(file, 'a.html')], 'ENOTDIR'],
    ] as const) {
      const { code, stdout, stderr } = await here.rekey(['report', ...args, '--state-dir', dir]);
      expect(code, says).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(says);
    }
    expect(existsSync(join(room.dir, 'report.pdf'))).toBe(false);
  });
});
