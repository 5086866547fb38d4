import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { printable } from '../../src/aws/printable.ts';
import { eventSchema } from '../../src/cli/event-schema.ts';
import { reportLines } from '../../src/cli/report.ts';
import { oneLine, tellError } from '../../src/cli/screen.ts';
import { planJson } from '../../src/cli/status-json.ts';
import { Board } from '../../src/cli/views/board.ts';
import { jsonView } from '../../src/cli/views/json.ts';
import { linesView } from '../../src/cli/views/lines.ts';
import type { Scene, View } from '../../src/cli/views/view.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import { fold } from '../../src/engine/state/fold.ts';
import { LiveStatus } from '../../src/report/live-status.ts';
import { runStatus } from '../../src/report/run-status.ts';
import type { Command } from '../../src/steps/control/command.ts';
import { registry } from '../../src/steps/registry.ts';
import { obeyed } from '../support/obeyed.ts';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, type Life, planOf, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { full } from './sampled.ts';
import { swept } from './swept.ts';

const inWorld = swept('hell', { wired: true });
const instance = 'i-0123456789abcdef0';
const root = 'vol-00000000000000001';
const data = 'vol-00000000000000002';
const loose = 'vol-00000000000000003';

// What in a plan would be filled in; in a tag it is a text like any other.
const reference = (path: string) => `$${`{{ ${path} }}`}`;

/** What people have put into names, to see what becomes of it. */
const nasty = [
  '\u001b[2J\u001b[31mFAILED',
  '\u001b]0;title\u0007',
  '\u009b31m',
  '\r\u001b[1A\u001b[Kdone',
  'two\nlines',
  '\u202egnp.exe',
  '$(touch pwned)',
  '`touch pwned`',
  "'; touch pwned; '",
  '| touch pwned &',
  '--discard-writes-since',
  '-rf',
  reference('steps.key.to'),
  reference('target.id'),
  '%s%n%x',
  '../../etc/passwd',
  '<script>&amp;]]></Value>',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  ' leads and trails ',
  '\t',
  '😀 é ß 漢字 \u0301',
  '"\\\\"',
  'null',
  '0x10',
] as const;

interface Tags {
  readonly [key: string]: string;
}

/** Gives a resource these tags; they are thirty days old. */
function tag(world: World, id: string, tags: readonly (readonly [string, string])[]): void {
  const inside = world.account.world;
  const found = inside.volumes.get(id) ?? inside.instances.get(id) ?? inside.snapshots.get(id);
  if (!found) throw new Error(`no ${id}`);
  found.tags.change(Number.NEGATIVE_INFINITY, (now) => {
    for (const [key, value] of tags) now.set(key, value);
  });
}

const owned = (world: World, id: string): [string, string][] =>
  [...(world.account.world.volumes.get(id)?.tags.now ?? [])]
    .filter(([key]) => !key.startsWith('aws:') && !key.startsWith('rekey:'))
    .sort(([a], [b]) => (a < b ? -1 : 1));

const replacementOf = (world: World, original: string): string =>
  [...world.account.world.volumes.values()].find((one) => one.tags.now.get('rekey:original') === original)?.id ?? '';

/** Everything that a command line prints of this life, by where it is printed. */
function printed(life: Life, plans: readonly PlanSource[]): { people: string; json: string } {
  const shown: string[] = [];
  const lines: string[] = [];
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
  // For a program, or, where there is no --json, for people.
  let to = lines;
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => to.push(String(text)) > 0);
  const forPeople = (print: () => void) => {
    to = shown;
    print();
    to = lines;
  };
  try {
    const parsed = plans.map(planOf);
    const commands = life.disk.flatMap((record, at) => (record.t === 'command' ? [at] : []));
    const live = new LiveStatus(parsed, registry, life.disk.slice(0, commands.at(-1)));
    const scene: Scene = {
      run: '20260104T000000Z-aaaaaa',
      goesOn: 'rekey resume 20260104T000000Z-aaaaaa',
      plans: parsed,
      now: () => Date.now(),
      isLong: () => true,
      status: (name) => live.of(name),
    };
    let plain: View | undefined;
    forPeople(() => {
      plain = linesView(scene);
    });
    const json = jsonView(scene);
    const boards = parsed.map((plan) => new Board(plan, scene));
    for (const event of life.events) {
      live.take(event);
      forPeople(() => plain?.show(event));
      json.show(event);
      for (const board of boards) {
        board.show(event);
        shown.push(board.headline(), ...board.besideLines());
        for (const row of board.rows) shown.push(board.rowText(row), ...board.rowLines(row));
      }
    }
    const status = runStatus(parsed, registry, fold(life.disk), false);
    const errors = new Map(
      life.result === 'died'
        ? []
        : life.result.plans.flatMap(({ name, error }) => (error ? [[name, error] as const] : [])),
    );
    for (const error of errors.values()) tellError(error);
    const about = { stateDir: '.rekey', now: Date.now(), head: 'f'.repeat(64) };
    shown.push(...reportLines({ ...about, errors }, status), ...reportLines(about, status));
    for (const line of lines) eventSchema.parse(JSON.parse(line));
    lines.push(...status.plans.map((plan) => `${oneLine(planJson(plan))}\n`));
  } finally {
    stderr.mockRestore();
    stdout.mockRestore();
  }
  expect(shown.length).toBeGreaterThan(5);
  expect(lines.length).toBeGreaterThan(2);
  return { people: shown.join('\n'), json: lines.join('\n') };
}

function expectPrintable(life: Life, plans: readonly PlanSource[]): { people: string; json: string } {
  const all = printed(life, plans);
  expect(all.people).not.toMatch(obeyed);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  expect(all.json).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  return all;
}

/** What a polluted prototype would show everywhere. */
function expectUnpolluted(): void {
  const empty: Record<string, unknown> = {};
  expect(Object.keys(Object.prototype)).toEqual([]);
  for (const key of ['polluted', 'rekey:run', 'x']) expect(empty[key]).toBeUndefined();
  expect(empty.constructor).toBe(Object);
}
afterEach(expectUnpolluted);

describe('tags and names from hell', () => {
  test('as keys and as values, on instance and volumes, arrive on the replacements byte for byte and are printed nowhere raw', () =>
    inWorld(twoVolumes, async (world) => {
      const tags = nasty.map((text, at) => (at % 2 ? ([text, 'polluted'] as const) : ([`k${at}`, text] as const)));
      const keys = nasty.map((text) => [text, text] as const);
      tag(world, instance, tags);
      tag(world, instance, [['Name', nasty.join(' ').slice(0, 256)]]);
      tag(world, root, keys);
      tag(world, data, [...tags, ['__proto__', '{"polluted":true}'], ['constructor', 'prototype']]);
      tag(world, loose, keys);
      const before = new Map([root, data, loose].map((id) => [id, owned(world, id)]));
      const own = new Map(world.account.world.instances.get(instance)?.tags.now);
      const plans = [instancePlan, volumePlan];
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expectPrintable(life, plans);
      for (const [id, tags] of before) expect(owned(world, replacementOf(world, id)), id).toEqual(tags);
      expect(world.account.world.instances.get(instance)?.tags.now).toEqual(own);
    }));

  test('of any letters that AWS takes, do too', async () => {
    let runs = 0;
    const text = (longest: number) =>
      fc.oneof(
        fc.constantFrom(...nasty),
        fc.string({ unit: 'binary', maxLength: longest }),
        fc.string({ unit: 'grapheme', maxLength: longest }),
        fc.string({
          unit: fc.constantFrom('\u001b', '[', '$', '{', '}', ' ', '"', "'", '\\', '\n', 'a'),
          maxLength: longest,
        }),
      );
    // What is nothing but white space with a line break in it the SDK reads as an empty text, whatever AWS has sent.
    const blank = (one: string) => one.trim() === '' && one.includes('\n');
    const fits = (longest: number) => (one: string) =>
      one.length <= longest && !/\p{Surrogate}/u.test(one) && !one.includes('\0') && !blank(one);
    const key = text(128).filter((one) => fits(128)(one) && one.length > 0 && !/^(aws|rekey):/.test(one));
    const value = text(256).filter(fits(256));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(key, value), { maxLength: 40 }), async (tags) => {
        await inWorld(twoVolumes, async (world) => {
          runs++;
          tag(world, loose, tags);
          const before = owned(world, loose);
          const life = await world.process([], { plans: [volumePlan] });
          expect(exitOf(life), told(life)).toBe(0);
          expectPrintable(life, [volumePlan]);
          expect(owned(world, replacementOf(world, loose))).toEqual(before);
        });
      }),
      { numRuns: full ? 150 : 5, seed: 4711, endOnFailure: true },
    );
    expect(runs).toBeGreaterThan(0);
  }, 600_000);
});

const hostile = nasty.slice(0, 16).join(' ');

/** Places from which strangers' words get into what we tell. */
const words: readonly {
  name: string;
  plan?: PlanSource;
  act: (world: World) => void;
  says: RegExp;
  exit: readonly number[];
}[] = [
  {
    name: 'the key of a tag that only AWS can set',
    act: (world) =>
      tag(
        world,
        data,
        nasty.slice(0, 12).map((text, at) => [`aws:${at}${text}`, text] as const),
      ),
    says: /tags that only AWS can set[\s\S]*\\u001b\[2J/,
    exit: [0],
  },
  {
    name: 'the name of an Auto Scaling group',
    act: (world) => tag(world, instance, [['aws:autoscaling:groupName', hostile.slice(0, 255)]]),
    says: /is a member of the Auto Scaling group "\\\\u001b\[2J/,
    exit: [2],
  },
  {
    name: "the key of a tag that the replacement lacks, in the verdict's findings",
    act(world) {
      tag(
        world,
        data,
        nasty.slice(0, 6).map((text) => [text, 'x'] as const),
      );
      const honest = world.account.handle.bind(world.account);
      world.account.handle = (request) => {
        const asked = new URLSearchParams(request.body);
        if (asked.get('Action') !== 'CreateVolume') return honest(request);
        for (const [name, value] of [...asked]) if (value === nasty[0]) asked.set(name, `not ${value}`);
        return honest({ ...request, body: asked.toString() });
      };
    },
    says: /lacks or differs in the tags "\\\\u001b\[2J\\\\u001b\[31mFAILED"/,
    exit: [4],
  },
  {
    name: "AWS's own words about a refusal",
    act: (world) =>
      world.account.faults.add({
        operation: 'CreateVolume',
        kind: 'error',
        code: 'InvalidParameterValue',
        message: `the tag ${hostile.replaceAll('\n', ' ')} is not one`,
      }),
    says: /InvalidParameterValue: the tag \\u001b\[2J/,
    exit: [1],
  },
  {
    name: 'the code of a refusal',
    act: (world) =>
      world.account.faults.add({ operation: 'AttachVolume', kind: 'error', code: 'Bad\u001b[31mCode', message: 'no' }),
    says: /Bad\\u001b\[31mCode/,
    exit: [1],
  },
  {
    name: 'the reason for which a snapshot failed',
    act(world) {
      world.watch((call) => {
        if (call.operation !== 'CreateSnapshot') return;
        for (const one of world.account.world.snapshots.values()) {
          Object.assign(one, { state: 'error', stateMessage: hostile });
        }
      });
    },
    says: /failed: \\u001b\[2J/,
    exit: [1],
  },
  {
    name: 'the service that manages a volume',
    act(world) {
      const volume = world.account.world.volumes.get(data);
      if (volume) Object.assign(volume, { operator: `evil\u001b[2J${hostile}`.slice(0, 90) });
    },
    says: /is managed by evil\\u001b\[2J/,
    exit: [2],
  },
  {
    name: 'a claim by a run that is no run',
    act: (world) => tag(world, instance, [[`rekey:claim:${'\u001b[2J$(reboot)\u009b31m\u202e'}`, 'x']]),
    says: /is (also )?claimed by run/,
    exit: [5],
  },
];

describe("strangers' words in what the operator reads", () => {
  test.each(words)('$name: spelled out, never obeyed', ({ act, says, exit }) =>
    inWorld(twoVolumes, async (world) => {
      act(world);
      const life = await world.process();
      expect(exit, told(life)).toContain(exitOf(life));
      const { people } = expectPrintable(life, [instancePlan]);
      expect(people).toMatch(says);
    }));

  test('JSON on stdout has nothing in it that a terminal would obey, C1 control characters included', () =>
    inWorld(twoVolumes, async (world) => {
      tag(world, data, [['name', 'a\u009b31m\u009d0;title\u009c']]);
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(0);
      expect(printed(life, [instancePlan]).json).not.toMatch(obeyed);
    }));
});

const commands: Command[] = [];
vi.mock('../../src/steps/control/command.ts', async (original) => {
  const real = await original<typeof import('../../src/steps/control/command.ts')>();
  return {
    ...real,
    runCommand: async (command: Command) => {
      commands.push(command);
      return { exit: 0, why: undefined, complaint: '' };
    },
  };
});

describe('the commands of the operator', () => {
  test('get what is from hell by argv and environment alone, byte for byte, and never through a shell', async () => {
    const real = await vi.importActual<typeof import('../../src/steps/control/command.ts')>(
      '../../src/steps/control/command.ts',
    );
    const dir = mkdtempSync(join(tmpdir(), 'rekey-hell-'));
    try {
      const file = join(dir, 'told.json');
      const script =
        'require("fs").writeFileSync(process.argv[1], JSON.stringify([process.argv.slice(2), process.env.HELL]))';
      const end = await real.runCommand({
        argv: [process.execPath, '-e', script, '--', file, ...nasty],
        environment: { HELL: nasty.join('|') },
        timeoutMs: 30_000,
        signal: new AbortController().signal,
      });
      expect(end).toMatchObject({ exit: 0 });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([[...nasty], nasty.join('|')]);
      expect(readdirSync(dir)).toEqual(['told.json']);
      expect(readdirSync('.')).not.toContain('pwned');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test('in a plan are run with exactly the words that stand there, and references in what a reference yields stay text', () =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      const step = `  - id: tell
    uses: control.exec
    with: { argv: ["notify", ${JSON.stringify('$(touch pwned)')}, "--", "\${{ target.id }}"], environment: { KEY: "\${{ keys.to }}" }, repeatable: true }
`;
      const plan = {
        ...instancePlan,
        text: instancePlan.text.replace('  - { id: window, gate', `${step}  - { id: window, gate`),
      };
      tag(world, data, [['Name', reference('steps.key.to')]]);
      const life = await world.process([], { plans: [plan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(commands).toHaveLength(1);
      expect(commands[0]?.argv).toEqual(['notify', '$(touch pwned)', '--', instance]);
      expect(commands[0]?.environment).toMatchObject({ KEY: 'alias/new', REKEY_TARGET: instance });
      expect(owned(world, replacementOf(world, data))).toContainEqual(['Name', reference('steps.key.to')]);
      // The program is named, what it was given is not: it may hold what nobody else is to read.
      const { people } = expectPrintable(life, [plan]);
      expect(people).toContain('run notify');
      expect(people).not.toContain('touch pwned');
    }));
});

test('the sieve lets nothing through that a terminal obeys, and spells it so that it can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const shown = printable(text, 10_000);
      expect(shown).not.toMatch(obeyed);
      expect(shown).not.toMatch(/\n/);
      const back: Tags = JSON.parse(
        `{"text":${JSON.stringify(shown).replace(/\\\\u([0-9a-f]{4})/g, '\\u$1')}}`,
      ) as Tags;
      if (!text.includes('\\u')) expect(back['text']).toBe(text);
    }),
    { numRuns: full ? 20_000 : 1_000 },
  );
});
