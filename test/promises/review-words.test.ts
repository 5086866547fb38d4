// What the tool says of now, and the commands that it names.
import { describe, expect, test } from 'vitest';
import { programOf } from '../../src/cli/main.ts';
import { problem } from '../../src/errors/index.ts';
import { told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { data, instance, minute } from './lever.ts';

/** Takes the words of a command apart as the command line does; throws where it would refuse them. */
function understood(words: readonly string[]): void {
  const [name, ...rest] = words;
  const command = programOf(() => {}).commands.find((one) => one.name() === name);
  if (!command) throw new Error(`no command ${name}`);
  command.configureOutput({ writeErr: () => {}, outputError: () => {} }).parseOptions(rest);
}

test('the command that is named where an original is stale can be typed as it is printed', () => {
  const { hint } = problem('replacement-stale', { original: data, replacement: 'vol-1', findings: ['seen'] });
  const [, words = ''] = /rekey (rollback .*)$/.exec(hint.replace(/\bRUN\b/, '20180606T021500Z-k3x7qa')) ?? [];
  expect(() => understood(words.split(' ')), words).not.toThrow();
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
      const gone = !world.state().volumes.some(({ id }) => id === data);
      const says = errors.some((error) => error?.hint.includes('both still exist'));
      expect(gone && says, `${told(life)} ${errors[0]?.hint}`).toBe(false);
    }));
});
