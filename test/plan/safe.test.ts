import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../src/plan/parse.ts';
import { registry } from '../../src/steps/registry.ts';

const textOf = (plan: string) => readFileSync(`plans/${plan}.yaml`, 'utf8');
const partsOf = (text: string) => text.split(/^(?= {2}- )/m);
const head = (id: string) => new RegExp(`^ {2}- (\\{ )?id: ${id}(?=[,\\n])`, 'm');
const isStep = (part: string, id: string) => head(id).test(part);

/** What the checker says of a plan, one line each: place, message, hint. */
function problemsOf(text: string, submitted = false): string[] {
  const parsed = parsePlan({ file: 'plan.yaml', text, sets: [] }, registry, submitted);
  if ('plan' in parsed) return [];
  return parsed.problems.map(({ line, column, message, hint }) => `${line}:${column} ${message} → ${hint}`);
}

function without(text: string, id: string): string {
  return partsOf(text)
    .filter((part) => !isStep(part, id))
    .join('');
}

function moved(text: string, id: string, before: string): string {
  const step = partsOf(text).find((part) => isStep(part, id)) ?? '';
  return partsOf(without(text, id))
    .map((part) => (isStep(part, before) ? step + part : part))
    .join('');
}

const lineOf = (text: string, id: string) => text.slice(0, text.search(head(id))).split('\n').length;

describe('a plan without what its verification or its way back needs is refused, with its place and what to do', () => {
  const instance: [string, string, RegExp][] = [
    ['start', 'stop', /`stop` needs a step `ec2\.start-instance`: .*left stopped → put one after `stop`/],
    [
      'auto-enable-io',
      'create',
      /`create` needs a step `ebs\.set-auto-enable-io`.* → put one after `create` and before `verify`/,
    ],
    ['delete-on-termination', 'attach', /`attach` needs a step `ebs\.set-delete-on-termination`.*AttachVolume/],
    ['detach', 'attach', /`attach` needs a step `ebs\.detach-volume`.* → put one before `attach`/],
    ['soak', 'delete', /`delete` needs a step `gate: hold`.* → put one after `serve` and before `delete`/],
  ];
  test.each(instance)('an instance without %s', (id, at, message) => {
    const text = without(textOf('ec2-instance'), id);
    const [problem, ...more] = problemsOf(text);
    expect(problem).toMatch(message);
    expect(problem).toMatch(new RegExp(`^${lineOf(text, at)}:5 `));
    expect(more).toEqual([]);
  });

  const volume: [string, RegExp][] = [
    [
      'auto-enable-io',
      /`create` needs a step `ebs\.set-auto-enable-io`.* → put one after `create` and before `verify`/,
    ],
    ['soak', /`delete` needs a step `gate: hold`.* → put one after `verify` and before `delete`/],
  ];
  test.each(volume)('an unattached volume without %s', (id, message) => {
    const problems = problemsOf(without(textOf('ebs-volume'), id));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  test.each([
    'warm-up',
    'discard-warm-up',
    'window',
    'discard-snapshot',
  ])('and one without %s, which nothing needs, is valid', (id) => {
    const text = id === 'warm-up' ? without(textOf('ec2-instance'), 'discard-warm-up') : textOf('ec2-instance');
    expect(problemsOf(without(text, id))).toEqual([]);
  });

  const kinds = [
    ['instance', 'rds-instance', 'rds.admit-clients', 'database'],
    ['cluster', 'rds-cluster', 'rds.admit-cluster-clients', 'cluster'],
  ] as const;
  describe.each(kinds)('of an RDS %s', (_kind, name, admit, member) => {
    const text = textOf(name);

    test('that restores a snapshot which was taken while clients wrote', () => {
      const [from, instead] =
        name === 'rds-instance'
          ? [`snapshot: "\${{ steps.copy }}"`, `snapshot: "\${{ steps.warm-up-copy }}"`]
          : [`after: "\${{ steps.fenced }}"`, ''];
      expect(text).toContain(from);
      expect(problemsOf(text.replace(from, instead)).join('\n')).toMatch(
        name === 'rds-instance'
          ? /`with\.snapshot` of `restore` does not come from .* with `after`: only a snapshot that was taken behind the fence/
          : /after/,
      );
    });

    test('that nobody verifies', () => {
      const unverified = without(text, 'verify')
        .replace(`${member}: "\${{ steps.verify.replacement }}"`, `${member}: "\${{ steps.restore.id }}"`)
        .replace(`verdict: "\${{ steps.verify }}", probes`, `verdict: "\${{ steps.check-sql }}", probes`);
      const problems = problemsOf(unverified).join('\n');
      expect(problems).toMatch(
        /`admit` needs a step `rds\.verify-(instance|cluster)`: once clients are let in, rekey does not go back/,
      );
      expect(problems).toMatch(/Placed(Database|Cluster)Verdict/);
    });

    test(`whose ${admit} takes what nobody has judged`, () => {
      const bare = text.replace(
        `${member}: "\${{ steps.verify.replacement }}"`,
        `${member}: "\${{ steps.restore.id }}"`,
      );
      expect(bare).not.toBe(text);
      expect(problemsOf(bare).join('\n')).toMatch(/of `admit` does not come from `rds\.verify-(instance|cluster)`/);
    });

    test.each(['drop-sessions', 'fenced'])('without %s', (id) => {
      expect(problemsOf(without(text, id))).not.toEqual([]);
    });

    test('without a hold before its delete', () => {
      expect(problemsOf(without(text, 'soak')).join('\n')).toMatch(/needs a step `gate: hold`/);
    });
  });

  test('without the deletes it keeps the originals, and needs no hold', () => {
    const text = ['delete', 'soak', 'serve'].reduce(without, textOf('ec2-instance'));
    expect(problemsOf(text)).toEqual([]);
  });
});

describe('steps in another order', () => {
  test.each<[string, string, RegExp]>([
    [
      'verify',
      'discard-snapshot',
      /`verify` is not after `attach` and before `start`: .* → move it after `attach` and before `start`/,
    ],
    ['soak', 'stop', /`soak` is not after `serve` and before `delete`/],
    ['serve', 'start', /`serve` is not after `start` and before `delete`/],
    ['delete-on-termination', 'attach', /`delete-on-termination` is not after `attach` and before `verify`/],
    ['detach', 'delete-on-termination', /`detach` is not before `attach`/],
    ['start', 'stop', /`start` is not after `stop`/],
  ])('an instance with %s before %s', (id, before, message) => {
    expect(problemsOf(moved(textOf('ec2-instance'), id, before)).join('\n')).toMatch(message);
  });
});

describe('steps for other things', () => {
  const text = textOf('ec2-instance');

  test('a replacement from the snapshot of the instance as it ran', () => {
    const create = partsOf(text).find((part) => isStep(part, 'create')) ?? '';
    const warm = text.replace(create, create.replace('steps.snapshot }}', 'steps.warm-up }}'));
    expect(problemsOf(warm)).toEqual([
      expect.stringMatching(
        /`with\.snapshot` of `create` does not come from `ebs\.create-snapshot` with `after`.* → take it from `snapshot`/,
      ),
    ]);
  });

  test('a replacement from a copy of the final snapshot is as good', () => {
    const copy = `  - id: copy
    uses: ebs.copy-snapshot
    each: "\${{ steps.read.volumes }}"
    with: { snapshot: "\${{ steps.snapshot }}", key: "\${{ steps.key.to }}" }
`;
    const [create = '', verify = ''] = ['create', 'verify'].map((id) => partsOf(text).find((part) => isStep(part, id)));
    const swap = (part: string) => part.replace('steps.snapshot }}', 'steps.copy }}');
    expect(problemsOf(text.replace(create, copy + swap(create)).replace(verify, swap(verify)))).toEqual([]);
  });

  test('a final snapshot of a stop is asked for where there is a stop', () => {
    const snapshot = partsOf(text).find((part) => isStep(part, 'snapshot')) ?? '';
    const loose = text.replace(snapshot, snapshot.replace(/, after: .*(?= \})/, ''));
    expect(problemsOf(loose)[0]).toMatch(/`create` needs a step `ebs\.create-snapshot` with `after`/);
  });
});

describe.each([
  'rds-instance',
  'rds-cluster',
])('a plan of %s that says that a hook stops what writes inside', (plan) => {
  const promised = textOf(plan).replace(/^( +)writers: none/m, '$1writers: hook');
  const hook = '  - { id: hook, uses: control.exec, with: { argv: [off] } }\n';
  const withHook = (before: string) =>
    partsOf(promised)
      .map((part) => (isStep(part, before) ? hook + part : part))
      .join('');

  const why =
    'what writes inside the database would look like somebody who writes behind the fence, and each cut-over would be undone';

  test('is refused without one', () => {
    expect(problemsOf(promised)).toEqual([
      expect.stringMatching(`\`read\` needs a step \`control\\.exec\`: ${why} → put one before \`fenced\``),
    ]);
  });

  test.each([
    'snapshot',
    'restore',
  ])('is refused with one that comes when the fence is verified, before %s', (before) => {
    expect(problemsOf(withHook(before))).toEqual([
      expect.stringMatching(`\`hook\` is not before \`fenced\`: ${why} → move it before \`fenced\``),
    ]);
  });

  test.each(['window', 'fence', 'fenced'])('is taken with one before %s', (before) => {
    expect(problemsOf(withHook(before))).toEqual([]);
  });
});

test('a plan of a run that has begun is not held to it: it can be gone on with and taken back', () => {
  expect(problemsOf(without(textOf('ec2-instance'), 'auto-enable-io'), true)).toEqual([]);
});
