// What the tool says of now, and the commands that it names.
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { programOf } from '../../src/cli/main.ts';
import type { ErrorEntry } from '../../src/errors/entry.ts';
import { catalogue } from '../../src/errors/index.ts';
import { told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { data, instance, minute } from './lever.ts';

const run = '20180606T021500Z-k3x7qa';
const since = '2018-06-06T02:31:07.250Z';

/** A real value of all that errors are told with. */
const values = {
  run,
  since,
  typed: '2018-06-06T02:31:08Z',
  from: since,
  seenAt: since,
  at: since,
  stateDir: "/srv/rekey's runs",
  file: 'plans/ec2-instance.yaml',
  command: 'rollback',
  plan: 'ec2-instance',
  target: instance,
  original: data,
  replacement: 'vol-0d5e1b0b6c5a4f3e2',
  claims: [{ run, on: instance, plan: 'ebs-volume' }],
  pairs: [{ original: data, replacement: 'vol-0d5e1b0b6c5a4f3e2' }],
  // Sentences in one error, each with a way out in another.
  reasons: [Object.assign('it is gone', { why: 'it is gone', wayOut: 'leave it out' })],
  lost: [{ original: data, replacement: 'vol-0d5e1b0b6c5a4f3e2' }],
  ...Object.fromEntries(
    ['findings', 'missing', 'differences', 'on', 'inPlace', 'deleted', 'problems', 'values', 'unfinished'].map(
      (name) => [name, ['one', 'another']],
    ),
  ),
};

/** What the catalogue says of an error with these values. */
function textOf(entry: ErrorEntry<never>, given: object): string {
  return `${entry.message(given as never)}\n${entry.hint(given as never)}`.replace(/\bRUN\b/g, run);
}

/** The command, or the command of a command, that words begin with. */
function commandOf(program: Command, words: readonly string[]): Command | undefined {
  const [name, ...rest] = words;
  const found = program.commands.find((one) => one.name() === name);
  return found?.commands.length ? commandOf(found, rest) : found;
}

/** The words of the commands that a text names: a name, and what belongs to it by how it looks or by the option before it. */
function commandsIn(text: string, program: Command): string[][] {
  const names = program.commands.map((one) => one.name()).join('|');
  return [...text.matchAll(new RegExp(`\\brekey ((?:${names})\\b.*)`, 'g'))].map(([, line = '']) => {
    const words: string[] = [];
    for (const typed of line.match(/(?:'(?:[^']|'\\'')*'|[^\s'])+/g) ?? []) {
      const word = typed.replace(/[.,;:)`]+$/, '');
      const option = commandOf(program, words)?.options.find((one) => one.long === words.at(-1));
      if (words.length && !option?.required && !/^--|^\d{8}T|\.yaml$|^verify$/.test(word)) break;
      words.push(word);
      if (word !== typed) break;
    }
    return words;
  });
}

/** Takes the words of a command apart as the command line does; throws where it would refuse them. */
function understood(words: readonly string[], program: Command): void {
  const command = commandOf(program, words);
  if (!command) throw new Error('no such command');
  command.configureOutput({ writeErr: () => {}, outputError: () => {} }).exitOverride();
  const rest = words.slice(words.indexOf(command.name()) + 1).filter((word) => word !== '--help');
  const { operands, unknown } = command.parseOptions(rest);
  if (unknown.length) throw new Error(`unknown: ${unknown.join(' ')}`);
  const asked = command.registeredArguments.filter((one) => one.required).length;
  if (operands.length < asked && rest.length === words.length - 1) throw new Error('it asks for more');
}

test.each([
  ['with all that can be known', values],
  ['where the target could never write to a replacement', { ...values, since: undefined }],
  ['in the usual state directory', { ...values, stateDir: '.rekey', back: true }],
])('every command that an error names can be typed as it is printed, %s', (_when, given) => {
  let named = 0;
  for (const [name, entry] of Object.entries<ErrorEntry<never>>(catalogue)) {
    const program = programOf(() => {});
    for (const words of commandsIn(textOf(entry, given), program)) {
      named++;
      expect(() => understood(words, program), `${name}: ${words.join(' ')}`).not.toThrow();
    }
  }
  expect(named).toBeGreaterThan(20);
});

test('to end a run with both of a pair kept, it is said that the target is halted for it, and since when writes go', () => {
  const text = textOf(catalogue['replacement-stale'], values);
  expect(text).toContain(`rekey rollback ${run} --discard-writes-since ${since}`);
  expect(text).toContain('stops the target');
});

describe('somebody starts the instance on a mixture', () => {
  test('and has deleted an original: it is not said that both of the pair still exist', () =>
    inWorld(twoVolumes, async (world) => {
      let acted = false;
      const life = await world.process([], {
        wait: false,
        beforeCall: () => {
          const { instances, volumes } = world.state();
          const [device, more] = instances[0]?.devices ?? [];
          const made = volumes.find(({ id }) => id === device?.volume)?.tags['rekey:original'] !== undefined;
          if (acted || more || !made || device?.state !== 'attached') return;
          acted = true;
          world.account.act({ do: 'delete-volume', volume: data });
          world.account.act({ do: 'start-instance', instance });
        },
      });
      expect(acted).toBe(true);
      const errors = life.result === 'died' ? [] : life.result.plans.map(({ error }) => error);
      // It is being deleted as this is said.
      world.pass(minute);
      expect(world.state().volumes.some(({ id }) => id === data)).toBe(false);
      expect(errors[0]?.code).toBe('target-in-pieces');
      expect(errors[0]?.hint, told(life)).not.toContain('exist');
    }));
});
