import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../../src/simulator/account.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';

const problemsOf = (text: string): string => {
  try {
    parseScenario(text, 'a.yaml');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
};

describe('scenarios', () => {
  test('the one that is shipped gives the account that it describes', () => {
    const scenario = parseScenario(
      readFileSync(new URL('../../scenarios/demo.yaml', import.meta.url), 'utf8'),
      'demo.yaml',
    );
    const state = createAccount({ scenario, now: () => Date.UTC(2026, 0, 1) }).state();
    expect(state.instances).toMatchObject([{ id: 'i-0123456789abcdef0', state: 'running' }]);
    expect(state.instances[0]?.devices.map((device) => device.device)).toEqual([
      '/dev/xvda',
      '/dev/xvdf',
      '/dev/xvdg',
      '/dev/xvdh',
    ]);
    const old = state.keys.find((key) => key.aliases.includes('alias/application-20180606'))?.arn;
    expect(state.volumes.filter((volume) => volume.key === old)).toHaveLength(4);
    expect(state.volumes.every((volume) => volume.readable)).toBe(true);
  });

  test('an empty one is an account with nothing in it but the key of AWS', () => {
    const state = createAccount({ scenario: parseScenario('', 'empty.yaml'), now: () => 0 }).state();
    expect(state).toMatchObject({ account: '111122223333', region: 'eu-west-1', instances: [], volumes: [] });
    expect(state.keys.map((key) => key.aliases)).toEqual([['alias/aws/ebs']]);
  });

  test('everything that is wrong is told at once, each with its line and path', () => {
    const told = problemsOf(`
account: 111122223333
colour: red
keys:
  - { alias: application }
instances:
  - type: x9.huge
    volumes:
      - { device: /dev/xvda, size: 8, key: alias/nobody }
      - { device: /dev/xvda, size: 8, iops: 1, sise: 9 }
      - { device: /dev/xvdb, type: gp9 }
events:
  - { at: soon, do: stop-instance, instance: i-1 }
  - { at: 5m, do: dance }
  - { at: 5m, do: modify-volume, volume: vol-1, colour: red }
faults:
  - { kind: explode }
  - { kind: reset, operations: CreateVolume }
  - { kind: seeded, seed: 1, rate: 0.1, kinds: [reset, explode] }
  - { kind: seeded, seed: night.txt, rate: 0.1 }
`);
    for (const line of [
      'a.yaml:2:1 account: a text is needed, and this is a number (111122223333)',
      'a.yaml:3:1 colour: unknown key',
      'keys[0].alias: must begin with alias/',
      'instances[0].type: is not an instance type',
      'instances[0].volumes[1].sise: unknown key; did you mean `size`?',
      'events[0].at: must be a duration',
      'a.yaml:14:15 events[1].do: there is no action "dance"',
      'events[2].colour: unknown key; known here: `at`',
      'a.yaml:17:7 faults[0].kind: there is no fault "explode"',
      'faults[2].kinds[1]: there is no fault "explode"',
      'faults[3].seed: a number is needed, and this is a text ("night.txt")',
      'instances[0].volumes[2].size: it is missing',
      'instances[0].volumes[2].type: a text ("gp9") is none of: ',
    ]) {
      expect(told).toContain(line);
    }
    expect(told).not.toMatch(/Invalid|expected|received|Too (small|big)/);
  });

  test('what is wrong only as a whole is told too', () => {
    const told = problemsOf(`
faults:
  - { kind: reset, operation: MakeCoffee }
  - { kind: fail, operation: DescribeVolumes }
  - { kind: stale, operation: StopInstances, staleMs: 1000 }
keys: [{ alias: alias/a }, { alias: alias/a }]
instances:
  - id: i-00000000000000001
    rootDevice: /dev/sda1
    volumes:
      - { device: /dev/xvda, size: 8, key: alias/nobody }
      - { device: /dev/xvda, size: 8, type: io2 }
snapshots: [{ volume: vol-00000000000000009 }]
`);
    for (const line of [
      'keys[1].alias: alias/a is given twice',
      'instances[0].rootDevice: no volume is attached at /dev/sda1',
      'volumes[0].key: there is no key alias/nobody',
      'volumes[1].device: /dev/xvda is used twice',
      'instances[0].volumes[1]: The ',
      'snapshots[0].volume: there is no volume',
      'faults[0].operation: the simulated account has no operation MakeCoffee',
      'faults[1].operation: DescribeVolumes begins nothing that could fail later',
      'faults[2].operation: StopInstances reads nothing that could be stale',
    ]) {
      expect(told).toContain(line);
    }
  });

  test('what is not YAML is told with its place', () => {
    expect(problemsOf('keys: [')).toMatch(/a\.yaml:1:\d+ /);
    expect(problemsOf('account: "1"\naccount: "2"')).toMatch(/a\.yaml:2:1 .*unique/);
    expect(problemsOf('- 1')).toContain('a.yaml:1:1');
  });
});
