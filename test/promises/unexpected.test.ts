import { expect, test } from 'vitest';
import type { AwsServices } from '../../src/aws/services.ts';
import type { EffectDefinition } from '../../src/contract/step.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf, expectInstanceMoved, expectOriginalServing, told } from '../support/promises.ts';
import { instancePlan, inWorld, type Life, twoVolumes } from '../support/world.ts';
import { instance, minute, withSets, withText } from './lever.ts';

const other = 'i-0123456789abcdef9';
const two = twoVolumes.replace(
  '\nvolumes:\n',
  `
  - id: ${other}
    type: m5.large
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000009, size: 30, type: gp3, key: alias/old }
volumes:
`,
);
const sibling = withText(withSets(instancePlan, `target.id=${other}`), (text) =>
  text.replace('name: ec2-instance', 'name: sibling'),
);

type Member = 'look' | 'run';

/** The steps that ship, of which one throws what nobody expects, in the plan of the first instance alone. */
const broken = (type: string, member: Member): typeof registry => ({
  ...registry,
  step: (uses) => {
    const step = registry.step(uses);
    if (uses !== type || step?.kind !== 'effect') return step;
    const definition: EffectDefinition<AwsServices, unknown, unknown> = step;
    return {
      ...definition,
      [member]: (...asked: Parameters<typeof definition.look>) => {
        if (asked[0].plan === 'ec2-instance') throw new TypeError('cannot read properties of undefined');
        return (definition[member] as (...asked: unknown[]) => unknown)(...asked);
      },
    };
  },
});

const states = (life: Life) =>
  life.result === 'died' ? [] : life.result.plans.map(({ name, status, error }) => [name, status, error?.code]);

test.each([
  ['ebs.create-volume', 'run'],
  ['ebs.attach-volume', 'run'],
  ['ebs.set-delete-on-termination', 'look'],
  ['ebs.detach-volume', 'look'],
] as const)('an error that nobody expected (%s, %s) stops one plan, which is taken back, and never its neighbour', (type, member) =>
  inWorld(two, async (world) => {
    const options = { plans: [instancePlan, sibling], registry: broken(type, member) };
    const living = world.process([], { ...options, wait: false });
    await expect(living).resolves.toBeDefined();
    const life = await living;
    expect(states(life)[1], told(life)).toEqual(['sibling', 'paused', undefined]);
    const [name, status, code] = states(life)[0] ?? [];
    expect([name, status]).toEqual(['ec2-instance', 'failed']);
    expect(told(life)).toContain('TypeError: cannot read properties of undefined');
    world.pass(30 * minute);
    // What takes a detach back is an attach: broken, too, it leaves the box to a person, who is told.
    expect(code).toBe(type === 'ebs.attach-volume' ? 'unwind-failed' : 'unexpected');
    if (code !== 'unexpected') return;
    expect(world.state().instances.map((one) => [one.id, one.state])).toEqual([
      [instance, 'running'],
      [other, 'running'],
    ]);
    // The flag is set back by the step that is broken, and told as not set back.
    if (type !== 'ebs.set-delete-on-termination') expectOriginalServing(world);
  }));

test('and a resume without that error ends done', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { registry: broken('ebs.create-volume', 'run') });
    expect(exitOf(first), told(first)).toBe(1);
    const second = await world.process(first.disk);
    expect(exitOf(second), told(second)).toBe(0);
    expectInstanceMoved(world);
  }));

test('a command that can not be started leaves neither its box nor that of another plan down', () =>
  inWorld(two, async (world) => {
    const step = '  - { id: notify, uses: control.exec, with: { argv: [/etc/passwd/notify] } }\n';
    const failing = withText(instancePlan, (text) => text.replace('  - id: attach\n', `${step}  - id: attach\n`));
    const life = await world.process([], { plans: [failing, sibling], wait: false });
    expect(states(life)).toEqual([
      ['ec2-instance', 'failed', 'effect-failed'],
      ['sibling', 'paused', undefined],
    ]);
    expect(world.state().instances.map((one) => [one.id, one.state])).toEqual([
      [instance, 'running'],
      [other, 'running'],
    ]);
  }));
