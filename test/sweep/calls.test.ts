import { expect, test } from 'vitest';
import type { AwsServices } from '../../src/aws/services.ts';
import type { EffectDefinition, Registry, StepDefinition } from '../../src/contract/step.ts';
import { registry } from '../../src/steps/registry.ts';
import { inWorld } from '../support/world.ts';
import { type Shipped, shipped, usesOf, type Way } from './shipped.ts';

type Effect = EffectDefinition<AwsServices, unknown, unknown>;
const walks: readonly { one: Shipped; way?: Way; name: string }[] = shipped.flatMap((one) => [
  { one, name: one.name },
  ...one.ways.map((way) => ({ one, way, name: `${one.name}: ${way.name}` })),
]);

/** By step type, the operations that its `run` has sent. */
const sentBy = new Map<string, Set<string>>();

test.each(walks)('$name sends nothing but what its steps name as their calls', async ({ one, way }) => {
  const steps = { registry: overheard(registry) };
  await inWorld(
    one.scenario,
    async (world) => {
      if (way?.fault) world.account.faults.add(way.fault);
      const first = await world.process([], { plans: [one.plan], wait: !way?.after, ...steps });
      if (way?.after) await world.process(first.disk, { plans: [one.plan], command: way.after, ...steps });
    },
    one.seed,
  );
  for (const [type, sent] of sentBy) expect([...sent], type).toEqual([effectOf(type).call]);
});

test('between them they have sent the call of every effect that the shipped plans and their undo calls name', () => {
  const effects = shipped.flatMap((one) => [...usesOf(one), ...one.undoCalls]);
  const named = effects.filter((uses) => registry.step(uses)?.kind === 'effect' && effectOf(uses).call !== 'none');
  expect([...sentBy.keys()].sort()).toEqual([...new Set(named)].sort());
});

function effectOf(type: string): Effect {
  const definition = registry.step(type);
  if (definition?.kind !== 'effect') throw new Error(`${type} is no effect`);
  return definition;
}

/** The same steps, with an ear on what each effect's `run` sends. */
function overheard(all: Registry<AwsServices>): Registry<AwsServices> {
  const steps = all.steps.map((step) => (step.kind === 'effect' ? listening(step) : step));
  const byType = new Map<string, StepDefinition<AwsServices>>(steps.map((step) => [step.type, step]));
  return { ...all, steps, step: (type) => byType.get(type) };
}

function listening(step: Effect): Effect {
  const run: Effect['run'] = (ctx, input) => {
    const hear = (operation: string) => {
      const sent = sentBy.get(step.type) ?? new Set();
      sentBy.set(step.type, sent.add(operation));
    };
    const aws = { ...ctx.aws, ec2: heard('ec2', ctx.aws.ec2, hear), rds: heard('rds', ctx.aws.rds, hear) };
    return step.run({ ...ctx, aws }, input);
  };
  return { ...step, run };
}

/** A client that says which operation it is asked for. */
function heard<C extends object>(service: string, client: C, hear: (operation: string) => void): C {
  return new Proxy(client, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      return (...given: unknown[]) => {
        hear(`${service}:${name.charAt(0).toUpperCase()}${name.slice(1)}`);
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
}
