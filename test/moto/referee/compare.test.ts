import { describe, expect, it } from 'vitest';
import { compared } from './compare.ts';
import type { Step } from './script.ts';

const answers = (...outputs: object[]): Step[] => outputs.map((output) => ({ of: 'Describe', answer: { output } }));
const differing = (ours: object[], moto: object[]) =>
  compared('a scenario', answers(...ours), answers(...moto)).map(({ at, ours, moto }) => `${at} | ${ours} | ${moto}`);

const [left, other] = ['vol-0a11ce00000000001', 'vol-0a11ce00000000002'];
const [right, another] = ['vol-0b0b0000000000001', 'vol-0b0b0000000000002'];

describe('what the referee calls a difference', () => {
  it('ids that always stand for each other are the same, also inside other text', () => {
    const ours = [{ VolumeId: left, Arn: `arn:volume/${left}` }, { Message: `${other} is not ${left}` }];
    const moto = [{ VolumeId: right, Arn: `arn:volume/${right}` }, { Message: `${another} is not ${right}` }];
    expect(differing(ours, moto)).toEqual([]);
  });

  it('an id that stands for two is one', () => {
    expect(differing([{ A: left }, { A: left }], [{ A: right }, { A: another }])).toEqual([
      'Describe A | <vol 1> | <another vol>',
    ]);
    expect(differing([{ A: left }, { A: other }], [{ A: right }, { A: right }])).toEqual([
      'Describe A | <another vol> | <vol 1>',
    ]);
  });

  it('what is absent is neither empty nor false', () => {
    expect(differing([{ Tags: [], On: false, Text: '' }], [{}])).toEqual([
      'Describe Tags | [] | absent',
      'Describe On | false | absent',
      'Describe Text |  | absent',
    ]);
  });

  it('times are the same, another order of tags too, another value or a missing item is not', () => {
    const ours = {
      At: new Date(1),
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    };
    const same = {
      At: new Date(2),
      Tags: [
        { Key: 'b', Value: '2' },
        { Key: 'a', Value: '1' },
      ],
    };
    expect(differing([ours], [same])).toEqual([]);
    expect(differing([ours], [{ ...same, Tags: [{ Key: 'b', Value: '3' }] }])).toEqual([
      'Describe Tags[a] | {"Key":"a","Value":"1"} | absent',
      'Describe Tags[b].Value | 2 | 3',
    ]);
  });

  it('a refusal differs from an answer, from another code and from another status', () => {
    const refused = (code: string, status: number, message = 'No.'): Step[] => [
      { of: 'Create', answer: { refused: { code, status, message } } },
    ];
    const told = (ours: readonly Step[], moto: readonly Step[]) =>
      compared('a scenario', ours, moto).map(({ at }) => at);
    expect(told(refused('Gone', 400), [{ of: 'Create', answer: { output: {} } }])).toEqual(['Create']);
    expect(told(refused('Gone', 400), refused('Missing', 404))).toEqual(['Create code', 'Create status']);
    expect(told(refused('Gone', 400, "'It' is gone."), refused('Gone', 400, 'it is gone'))).toEqual([]);
    expect(told(refused('Gone', 400), refused('Gone', 400, 'Yes.'))).toEqual(['Create message']);
  });

  it('what RDS shows of a database is one difference, in whatever operation and list', () => {
    const steps = (MultiAZ: boolean): Step[] => [
      { of: 'ModifyDBInstance', answer: { output: { DBInstance: { MultiAZ } } } },
      { of: 'DescribeDBInstances (again)', answer: { output: { DBInstances: [{ MultiAZ }] } } },
      { of: 'DescribeDBInstances', answer: { output: { Marker: `${MultiAZ}` } } },
    ];
    expect(compared('a scenario', steps(true), steps(false)).map(({ at }) => at)).toEqual([
      'any DBInstance.MultiAZ',
      'DescribeDBInstances Marker',
    ]);
  });

  it('resource ids and the endpoints of an account stand for each other, a name in them does not', () => {
    const shown = (name: string, id: string, zone: string) => ({
      DbiResourceId: `db-${id.repeat(26)}`,
      Endpoint: { Address: `${name}.${zone}.eu-west-1.rds.amazonaws.com` },
      ReaderEndpoint: `${name}.cluster-ro-${zone}.eu-west-1.rds.amazonaws.com`,
    });
    expect(differing([shown('orders', 'A', 'c9akciq32rgx')], [shown('orders', 'B', 'aaaaaaaaaa')])).toEqual([]);
    expect(differing([shown('orders', 'A', 'c9akciq32rgx')], [shown('other', 'B', 'aaaaaaaaaa')])).toHaveLength(2);
  });

  it('two accounts that were not asked the same are not compared', () => {
    expect(() => compared('a scenario', answers({}), answers({}, {}))).toThrow('not the same calls');
  });
});
