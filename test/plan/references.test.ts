import { describe, expect, test } from 'vitest';
import { messagesOf, planOf, planText, problemsOf, ref } from './plan-text.ts';

const each = `each: ${ref('steps.read.volumes')}`;
const snapshot = `  - { id: snapshot, uses: ebs.create-snapshot, ${each}, with: { volume: ${ref('item.id')} } }\n`;

function step(id: string, uses: string, given: string, more = ''): string {
  return `  - { id: ${id}, uses: ${uses}, ${more ? `${more}, ` : ''}with: { ${given} } }\n`;
}

describe('references', () => {
  test('are kept as paths, apart from what is literal', () => {
    const plan = planOf(planText(snapshot));
    expect(plan.steps[2]).toEqual({
      kind: 'use',
      id: 'snapshot',
      uses: 'ebs.create-snapshot',
      each: ['steps', 'read', 'volumes'],
      inOrder: false,
      with: { map: { volume: { ref: ['item', 'id'] } } },
    });
  });

  test('to a step with the same `each` mean the same item', () => {
    const discard = step('discard', 'ebs.discard-snapshot', `snapshot: ${ref('steps.snapshot.id')}`, each);
    expect(messagesOf(planText(snapshot + discard))).toEqual([]);
  });

  test('to a step with `each` from anywhere else mean the list of its outputs, which can be gone over', () => {
    const over = `each: ${ref('steps.snapshot')}`;
    const discard = step('discard', 'ebs.discard-snapshot', `snapshot: ${ref('item.id')}`, over);
    expect(messagesOf(planText(snapshot + discard))).toEqual([]);
    const wrong = step('again', 'ebs.create-snapshot', `volume: ${ref('item.id')}`, over);
    expect(messagesOf(planText(snapshot + wrong))).toEqual([
      '`item.id` does not fit `with.volume`: it is SnapshotId, and VolumeId is needed here',
    ]);
  });

  test('`each` itself sees every output of a step with the same `each`', () => {
    const over = `each: ${ref('steps.snapshot.id')}`;
    expect(
      messagesOf(planText(snapshot + step('x', 'ebs.discard-snapshot', `snapshot: ${ref('item')}`, over)))[0],
    ).toBe('`steps.snapshot` is a list here, one for each of its items, and has no `id`');
  });

  test('may stand for any part of what a step is given, and for all of it', () => {
    const volumes = `volumes: { include: [${ref('keys.to')}, /dev/xvda] }`;
    const read = step(
      'again',
      'ec2.read-instance',
      `instance: ${ref('target.id')}, keys: ${ref('steps.key')}, ${volumes}`,
    );
    const plan = planOf(planText(read));
    const include = { list: [{ ref: ['keys', 'to'] }, { literal: '/dev/xvda' }] };
    expect(plan.steps[2]).toMatchObject({ with: { map: { volumes: { map: { include } } } } });
    expect(messagesOf(planText(`  - { id: k, uses: kms.check-key, with: ${ref('keys')} }\n`))).toEqual([]);
  });

  test('literal parts around a reference are still checked', () => {
    const given = `instance: ${ref('target.id')}, keys: ${ref('steps.key')}, volumes: { include: [${ref('keys.to')}, 5] }`;
    expect(messagesOf(planText(step('again', 'ec2.read-instance', given)))).toEqual([
      '`with.volumes.include.1` is a number, not text, because it lost its quotes',
    ]);
  });

  test('of a union, the member that was probably meant is judged', () => {
    const given = (probes: string) => `before: ${ref('steps.read.instance')}, verdicts: [], probes: [${probes}]`;
    const serve = (probes: string) => planText(step('serve', 'ec2.verify-instance', given(probes)));
    expect(messagesOf(serve('[curl, -f, http://localhost]'))).toEqual([]);
    expect(messagesOf(serve(`{ argv: [${ref('target.id')}], timeout: 5 }`))).toEqual([]);
    expect(messagesOf(serve('{ argv: [a], timeout: soon }'))).toEqual([
      '`with.probes.0.timeout` is "soon", not a whole number',
    ]);
    expect(messagesOf(serve(`{ argv: [a], timeout: ${ref('target.id')} }`))).toEqual([
      '`target.id` does not fit `with.probes.0.timeout`: it is InstanceId, and a whole number is needed here',
    ]);
  });

  test.each([
    ['what may be missing', 'steps.read.spare', 'volume', 'it may be missing, and is required here'],
    ['another name', 'target.id', 'volume', 'it is InstanceId, and VolumeId is needed here'],
    ['plain text', 'keys.to', 'volume', 'it is text, and VolumeId is needed here'],
  ])('%s does not fit where a VolumeId is required', (_title, path, name, why) => {
    expect(messagesOf(planText(step('x', 'ebs.create-snapshot', `${name}: ${ref(path)}`)))).toEqual([
      `\`${path}\` does not fit \`with.${name}\`: ${why}`,
    ]);
  });

  test('what may be null fits where null may stand', () => {
    const given = `volume: vol-0123456789abcdef0, note: ${ref('steps.read.owner')}`;
    expect(messagesOf(planText(step('x', 'ebs.create-snapshot', given)))).toEqual([]);
  });

  test.each(['target', 'keys', 'item'])('%s holds nothing of JavaScript', (root) => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length']) {
      const text = planText(step('x', 'ebs.create-snapshot', `volume: ${ref(`${root}.${name}`)}`, each));
      expect(problemsOf(text)).toHaveLength(1);
    }
  });

  test.each([
    'steps',
    'steps.',
    '.steps',
    'steps..x',
    'a b',
    'item[0]',
    'steps.read.volumes.0',
    '',
    'env.HOME',
    'x()',
  ])('%j is no path', (path) => {
    expect(problemsOf(planText(step('x', 'ebs.create-snapshot', `volume: '\${{ ${path} }}'`, each)))).toHaveLength(1);
  });

  test('a gate yields nothing', () => {
    const text = planText(
      `  - { id: soak, gate: hold, with: { for: 1h } }\n${step('x', 'ebs.create-snapshot', `volume: ${ref('steps.soak')}`)}`,
    );
    expect(messagesOf(text)).toEqual(['`soak` is a gate and yields nothing']);
  });

  test('a step that is wrong itself is not held against those that refer to it', () => {
    const text = planText(
      snapshot.replace('ebs.create-snapshot', 'ebs.nothing') +
        step('x', 'ebs.discard-snapshot', `snapshot: ${ref('steps.snapshot.id')}`),
    );
    expect(messagesOf(text)).toEqual(['unknown step type `ebs.nothing`']);
  });
});

describe('each', () => {
  test('goes over its items side by side, or in order when told so', () => {
    const attach = (order: string) =>
      step('x', 'ebs.discard-snapshot', `snapshot: ${ref('steps.snapshot.id')}`, `${each}${order}`);
    expect(planOf(planText(snapshot + attach(''))).steps.at(-1)).toMatchObject({ inOrder: false });
    expect(planOf(planText(snapshot + attach(', inOrder: true'))).steps.at(-1)).toMatchObject({ inOrder: true });
  });

  test('goes over a list only', () => {
    expect(messagesOf(planText(step('x', 'kms.check-key', 'to: alias/x', `each: ${ref('item')}`)))).toEqual([
      "`each` can't go over `item`",
    ]);
    expect(messagesOf(planText(step('x', 'kms.check-key', 'to: alias/x', 'each: steps.read.volumes')))).toEqual([
      '`each` is "steps.read.volumes", which is malformed',
    ]);
    expect(messagesOf(planText(step('x', 'kms.check-key', 'to: alias/x', 'inOrder: true')))).toEqual([
      '`inOrder` without `each`',
    ]);
  });
});

describe('a destructive step', () => {
  test.each([
    ['verdict: { id: vol-0123456789abcdef0 }', '`with.verdict` is written by hand'],
    ['verdict: vol-0123456789abcdef0', '`with.verdict` is written by hand'],
    ['', '`with.verdict` is missing'],
  ])('takes no verdict but by reference: %s', (given, message) => {
    expect(messagesOf(planText(step('x', 'ebs.delete-volume', given)))).toEqual([message]);
  });

  test('shows its verdict, so not everything can come by one reference', () => {
    expect(messagesOf(planText(`  - { id: x, uses: ebs.delete-volume, ${each}, with: ${ref('item')} }\n`))).toEqual([
      '`with.verdict` is missing',
    ]);
  });
});
