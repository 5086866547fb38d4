import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../src/plan/parse.ts';
import { formatProblem } from '../../src/plan/problem.ts';
import { registry } from '../../src/steps/registry.ts';

const folder = 'test/fixtures/broken';

/** For each broken plan everything that is wrong with it: line and column, message, hint. */
const expected: { readonly [plan: string]: readonly (readonly [at: string, message: string, hint: string])[] } = {
  'alias-bomb': [
    [
      '1:1',
      'unknown key `a` in the plan',
      'known here: `version`, `name`, `account`, `region`, `target`, `keys`, `window`, `tags`, `steps`',
    ],
    ['1:7', 'the anchor `&a`', 'remove it; a plan has no anchors or aliases'],
    [
      '2:1',
      'unknown key `b` in the plan',
      'known here: `version`, `name`, `account`, `region`, `target`, `keys`, `window`, `tags`, `steps`',
    ],
    ['2:7', 'the anchor `&b`', 'remove it; a plan has no anchors or aliases'],
    ['2:8', 'the alias `*a`', 'write the value out; a plan has no anchors or aliases'],
    ['2:12', 'the alias `*a`', 'write the value out; a plan has no anchors or aliases'],
    ['2:16', 'the alias `*a`', 'write the value out; a plan has no anchors or aliases'],
    [
      '3:1',
      'unknown key `c` in the plan',
      'known here: `version`, `name`, `account`, `region`, `target`, `keys`, `window`, `tags`, `steps`',
    ],
    ['3:5', 'the alias `*b`', 'write the value out; a plan has no anchors or aliases'],
    ['3:9', 'the alias `*b`', 'write the value out; a plan has no anchors or aliases'],
    ['3:13', 'the alias `*b`', 'write the value out; a plan has no anchors or aliases'],
  ],
  'code-in-a-reference': [
    ['9:86', "a reference can't begin with `env`", 'known here: `target`, `keys`, `steps`, `item`'],
    [
      '13:21',
      '`item["id"]` is not a path',
      'names joined by dots: target.id, keys.to, steps.<id>.<name>, item.<name>; no indexes, no code',
    ],
  ],
  'control-character': [['2:13', 'the control character U+001B', 'remove it; a plan is plain UTF-8 text']],
  'delete-without-hold': [
    [
      '34:5',
      '`delete` needs a step `gate: hold`: nobody would have the time to see that something is wrong',
      'put one after `verify` and before `delete`',
    ],
  ],
  'duplicate-key': [['5:1', '`region` stands twice', 'keep one; the first is on line 4']],
  'duplicate-step-id': [
    ['9:11', 'a second step `key`', 'rename one; the first is on line 8'],
    ['12:11', '`steps.key` is CheckedKeys, not a list', '`each` goes over a list whose items have an `id`'],
  ],
  'each-over-no-list': [
    [
      '12:11',
      '`steps.read.instance` is InstanceBefore, not a list',
      '`each` goes over a list whose items have an `id`',
    ],
  ],
  'embedded-reference': [
    ['13:21', 'a reference inside other text', `a value is a reference as a whole or plain text: "\${{ target.id }}"`],
  ],
  empty: [['1:1', 'the plan is empty, not a map', 'a plan is a map that begins with version: 1']],
  'escaped-control-character': [['2:7', 'a control character in the text', 'remove the escape; values are plain text']],
  'gate-inside-cut-over': [
    [
      '11:5',
      'the gate `soak` stands inside the cut-over',
      'the target is down from `stop` to `start`; move the gate before the one or after the other',
    ],
  ],
  'hold-after-the-window': [
    [
      '12:5',
      'a hold between `window` and the cut-over',
      'move `window` after it: when the hold is over, the window may have closed',
    ],
  ],
  'item-without-each': [
    ['12:21', '`item` has no meaning here', 'it is one of the things a step with `each` goes over; add `each`'],
  ],
  'keys-from-equals-to': [
    ['6:30', '`keys.to` is the same key as `keys.from`', 'name the key to move to; there is nothing to do otherwise'],
  ],
  'later-step': [
    ['9:87', 'the step `read` comes later', 'a step sees only the steps before it; move `read` before `early`'],
  ],
  'list-where-one-belongs': [
    [
      '14:66',
      '`steps.snapshot` does not fit `with.snapshot`: it is a list of MadeSnapshot, and SnapshotId is needed here',
      'needed: SnapshotId (a snapshot that this run has made: An EBS snapshot, such as snap-0123456789abcdef0)',
    ],
  ],
  'literal-of-the-wrong-kind': [
    ['9:115', '`with.accept.0` is "instance-stores", which is not known here', 'did you mean `instance-store`?'],
    [
      '9:153',
      '`with.volumes.include` is "/dev/xvda", not a list of text',
      'which are moved, by device or volume id; empty: all',
    ],
  ],
  'literal-verdict': [
    [
      '10:5',
      '`delete` needs a step `ec2.verify-instance`: nothing would have seen the instance serve without what is deleted',
      'put one before `delete`',
    ],
    [
      '10:5',
      '`delete` needs a step `gate: hold`: nobody would have the time to see that something is wrong',
      'put one before `delete`',
    ],
    [
      '14:9',
      '`with.verdict` is written by hand',
      `take it from the step that verified, for example verdict: "\${{ item }}" with each: "\${{ steps.verify }}"`,
    ],
  ],
  'member-of-a-list': [
    [
      '14:66',
      '`steps.snapshot` is a list here, one for each of its items, and has no `id`',
      `give this step the same each: "\${{ steps.read.volumes }}"`,
    ],
  ],
  'missing-keys': [['1:1', '`keys` is missing', 'add it: the KMS keys: { from: …, to: … }']],
  'missing-member': [
    ['12:11', '`steps.read` has no `volume`; it has `instance`, `volumes`, `surroundings`', 'did you mean `volumes`?'],
  ],
  'missing-step': [['12:11', 'there is no step `raed`', 'did you mean `read`?']],
  'neither-uses-nor-gate': [
    [
      '10:5',
      'a step with neither `uses` nor `gate`',
      'write `uses: <step type>` to do something, or `gate: window` or `gate: hold` to wait',
    ],
    [
      '11:5',
      'a step with both `uses` and `gate`',
      'write `uses: <step type>` to do something, or `gate: window` or `gate: hold` to wait',
    ],
  ],
  'no-steps': [['7:8', '`steps` is an empty list, at least 1 needed', 'what is done, top to bottom: a list of steps']],
  'not-a-map': [['1:1', 'the plan is a list, not a map', 'a plan is a map that begins with version: 1']],
  'not-yaml': [['8:76', 'not YAML: Unexpected flow-map-start at node end', `quote the reference: "\${{ … }}"`]],
  'optional-feeds-required': [
    [
      '8:75',
      '`keys.from` does not fit `with.to`: it may be missing, and is required here',
      'refer to something that is always there',
    ],
  ],
  'prototype-key': [
    [
      '13:21',
      '`item.constructor` is not a path',
      'names joined by dots: target.id, keys.to, steps.<id>.<name>, item.<name>; no indexes, no code',
    ],
    ['13:48', 'the key `__proto__`', 'remove it; no plan needs it'],
  ],
  'reference-outside-with': [
    ['4:9', 'a reference where none is read', 'write the value; references stand in `with` and `each` of steps'],
  ],
  'several-at-once': [
    ['4:9', '`region` is "Ireland", which is malformed', 'an AWS region, for example eu-west-1'],
    [
      '6:30',
      '`keys.to` is "application-current", which is malformed',
      'the KMS key to move to: alias/<name>, a key id, or the ARN of either',
    ],
    ['9:86', 'there is no step `keys`', 'did you mean `key`?'],
    ['11:11', 'unknown step type `ebs.create-snapshots`', 'did you mean `ebs.create-snapshot`?'],
  ],
  'snapshot-where-volume-belongs': [
    [
      '17:21',
      '`steps.snapshot.id` does not fit `with.volume`: it is SnapshotId, and VolumeId is needed here',
      'needed: VolumeId (the volume to snapshot: An EBS volume, such as vol-0123456789abcdef0)',
    ],
  ],
  tag: [
    ['4:15', 'the tag `!!str`', 'remove it; quote what has to be text'],
    ['5:17', 'the tag `!target`', 'remove it; quote what has to be text'],
  ],
  tags: [
    [
      '8:14',
      '`tags.aws:owner` is "me": only AWS sets tags that begin with aws:',
      'the value of a tag: at most 256 letters, digits, spaces and + - = . _ : / @',
    ],
    [
      '9:14',
      '`tags.rekey:run` is "mine": tags that begin with rekey: are those of rekey itself',
      'the value of a tag: at most 256 letters, digits, spaces and + - = . _ : / @',
    ],
    ['10:9', '`tags.cost` is a number, not text, because it lost its quotes', 'quote it: "42"'],
    [
      '11:13',
      '`tags.team#1` is "payments": its key has other characters than letters, digits, spaces and + - = . _ : / @',
      'the value of a tag: at most 256 letters, digits, spaces and + - = . _ : / @',
    ],
    [
      '12:9',
      '`tags.team` is "a;b", which is malformed',
      'the value of a tag: at most 256 letters, digits, spaces and + - = . _ : / @',
    ],
  ],
  'too-deep': [['14:70', 'nested too deeply', 'a plan needs no more than a dozen levels']],
  'two-documents': [['14:1', 'a second YAML document', 'write one plan a file and remove the `---`']],
  'unknown-gate': [
    ['10:23', 'unknown gate `windw`', 'did you mean `window`?'],
    ['11:5', '`with` is missing', 'add it: { for: 7d }'],
    ['12:42', '`with.for` is "1h30m", which is malformed', 'how long to wait: 90s, 30m, 3h or 7d'],
  ],
  'unknown-key': [
    ['6:1', 'unknown key `kyes` in the plan', 'did you mean `keys`?'],
    ['10:80', 'unknown key `key` in `with`', 'did you mean `keys`?'],
  ],
  'unknown-step': [['11:11', 'unknown step type `create-snapshot`', 'did you mean `ebs.create-snapshot`?']],
  'unknown-target-type': [['5:17', 'unknown target type `ec2-instanc`', 'did you mean `ec2-instance`?']],
  'unquoted-account': [
    ['3:10', '`account` is a number, not text, because it lost its quotes', 'quote it: "012345678901"'],
  ],
  'verdict-from-before-the-start': [
    ['10:5', '`stop` needs a step `ec2.start-instance`: the instance would be left stopped', 'put one after `stop`'],
    [
      '15:5',
      '`create` needs a step `ebs.create-snapshot` with `after`: only a snapshot of the stopped instance holds all that was written',
      'put one after `stop` and before `create`',
    ],
    [
      '15:5',
      '`create` needs a step `ebs.set-auto-enable-io`: a new volume does not enable I/O by itself, and the verification fails where the original does',
      'put one after `create` and before `verify`',
    ],
    [
      '35:5',
      '`delete` needs a step `ec2.verify-instance`: nothing would have seen the instance serve without what is deleted',
      'put one before `delete`',
    ],
    [
      '35:5',
      '`delete` needs a step `gate: hold`: nobody would have the time to see that something is wrong',
      'put one before `delete`',
    ],
    [
      '38:22',
      '`item` does not fit `with.verdict`: it is VolumeVerdict, and FinalVerdict is needed here',
      'needed: FinalVerdict (The last verdict about a volume and its replacement, as `ebs.verify-unattached-volume` or, among its `verdicts`, `ec2.verify-instance` yields it)',
    ],
  ],
  'volume-id-of-an-instance': [
    [
      '5:35',
      '`target.id` is "vol-0123456789abcdef0", which is malformed',
      'An EC2 instance, such as i-0123456789abcdef0',
    ],
  ],
  'window-that-never-opens': [
    ['7:17', '`window.cron` never comes due', 'minute hour day month weekday: "0 1 * * SUN"'],
    ['7:41', 'there is no time zone `Europe/Dubln`', 'did you mean `Europe/Dublin`?'],
    [
      '7:78',
      '`window.cutoff` is not shorter than `window.duration`',
      'no cut-over could ever begin; shorten the cutoff',
    ],
  ],
  'window-without-gate': [
    [
      '11:5',
      'the cut-over begins at `stop` with no `gate: window` before it',
      'the plan has a window: put { id: window, gate: window } before `stop`',
    ],
  ],
  'wrong-version-and-name': [
    ['1:10', '`version` is 2, which is not known here', 'did you mean `1`?'],
    [
      '2:7',
      '`name` is "Orders API", which is malformed',
      'small letters, digits and dashes, at most 63; unique in a run',
    ],
  ],
  'yaml-directive': [['1:1', 'a YAML directive', 'remove the `%` line; plans are YAML 1.2']],
};

describe('a broken plan is told what is wrong with it, all at once, and what to do', () => {
  test('every broken plan is in the table', () => {
    const plans = readdirSync(folder).map((file) => file.replace('.yaml', ''));
    expect(plans.sort()).toEqual(Object.keys(expected).sort());
  });

  for (const [plan, problems] of Object.entries(expected)) {
    test(plan, () => {
      const file = `${folder}/${plan}.yaml`;
      const parsed = parsePlan({ file, text: readFileSync(file, 'utf8'), sets: [] }, registry);
      const told = 'problems' in parsed ? parsed.problems.map(formatProblem) : [];
      expect(told).toEqual(problems.map(([at, message, hint]) => `${file}:${at}: ${message}\n    ${hint}`));
    });
  }
});
