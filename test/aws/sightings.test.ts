import { describe, expect, it } from 'vitest';
import { Sightings } from '../../src/aws/sightings.ts';
import { unseenMs } from '../../src/contract/settle.ts';

const id = 'i-0aaaaaaaaaaaaaaaa';
const volume = 'vol-0aaaaaaaaaaaaaaaa';
const minute = 60_000;
const launched = (at: number, state: 'pending' | 'running' | 'stopping' | 'stopped' | 'terminated') =>
  ({ InstanceId: id, LaunchTime: new Date(at), State: { Name: state } }) as const;
const held = (at: number, state: 'attaching' | 'attached' | 'detaching') => ({
  VolumeId: volume,
  Attachments: [{ InstanceId: id, AttachTime: new Date(at), State: state }],
});

/** Sightings by a clock that the test sets. */
function seen() {
  const clock = { at: 10 * minute };
  const now = () => clock.at;
  const sightings = new Sightings({ now });
  return { clock, sightings };
}

describe('sightings', () => {
  it('an answer below what was seen is one of the past, by the LaunchTime and by the state', () => {
    const { clock, sightings } = seen();
    expect(sightings.instance(id, launched(2, 'running'), clock.at)).toBe(true);
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at)).toBe(false);
    expect(sightings.instance(id, launched(2, 'pending'), clock.at)).toBe(false);
    expect(sightings.instance(id, launched(2, 'stopped'), clock.at)).toBe(true);
    expect(sightings.instance(id, launched(3, 'pending'), clock.at)).toBe(true);
    expect(sightings.instance(id, launched(1, 'terminated'), clock.at)).toBe(true);
    expect(sightings.instance(id, launched(3, 'running'), clock.at)).toBe(false);
  });

  it('an answered start or stop of ours counts as seen', () => {
    const { clock, sightings } = seen();
    sightings.instance(id, launched(1, 'stopped'), clock.at);
    const change = { InstanceId: id, PreviousState: { Name: 'stopped' }, CurrentState: { Name: 'pending' } };
    sightings.answered('StartInstances', { StartingInstances: [change] });
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at)).toBe(false);
    expect(sightings.instance(id, launched(2, 'running'), clock.at)).toBe(true);
    const stop = { InstanceId: id, PreviousState: { Name: 'running' }, CurrentState: { Name: 'stopping' } };
    sightings.answered('StopInstances', { StoppingInstances: [stop] });
    expect(sightings.instance(id, launched(2, 'running'), clock.at)).toBe(false);
  });

  it('a start that finds it started already tells of a later life: the answer to an earlier one was lost', () => {
    const { clock, sightings } = seen();
    sightings.instance(id, launched(1, 'stopped'), clock.at);
    const change = { InstanceId: id, PreviousState: { Name: 'pending' }, CurrentState: { Name: 'pending' } };
    sightings.answered('StartInstances', { StartingInstances: [change] });
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at)).toBe(false);
    expect(sightings.instance(id, launched(2, 'running'), clock.at)).toBe(true);
  });

  it('so does a stop that finds it running, where it was seen stopped', () => {
    const { clock, sightings } = seen();
    sightings.instance(id, launched(1, 'stopped'), clock.at);
    const change = { InstanceId: id, PreviousState: { Name: 'running' }, CurrentState: { Name: 'stopping' } };
    sightings.answered('StopInstances', { StoppingInstances: [change] });
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at)).toBe(false);
    expect(sightings.instance(id, launched(2, 'stopping'), clock.at)).toBe(true);
  });

  it('an order that answers contradict for longer than AWS shows the past starts anew', () => {
    const { clock, sightings } = seen();
    sightings.instance(id, launched(2, 'running'), clock.at);
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at)).toBe(false);
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at + unseenMs - 1)).toBe(false);
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at + unseenMs)).toBe(true);
    expect(sightings.begunAnew(['i-0bbbbbbbbbbbbbbbb'])).toEqual([]);
    expect(sightings.begunAnew([id])).toHaveLength(1);
    expect(sightings.begunAnew([id])).toEqual([]);
    const kept: unknown = JSON.parse(JSON.stringify(sightings.kept([id])));
    const next = seen().sightings;
    next.recall(kept as never);
    expect(next.instance(id, launched(1, 'stopped'), clock.at)).toBe(true);
    expect(sightings.instance(id, launched(2, 'running'), clock.at + unseenMs)).toBe(true);
  });

  it('a volume that does not show its attachment has lost it only when AWS no longer shows how it was before', () => {
    const { clock, sightings } = seen();
    expect(sightings.volume(volume, held(1, 'attached'), clock.at)).toBe(true);
    expect(sightings.volume(volume, { VolumeId: volume, Attachments: [] }, clock.at + minute)).toBe(false);
    expect(sightings.volume(volume, { VolumeId: volume, Attachments: [] }, clock.at + unseenMs)).toBe(true);
    expect(sightings.volume(volume, held(1, 'attached'), clock.at + unseenMs)).toBe(false);
    expect(sightings.volume(volume, held(2, 'attaching'), clock.at + unseenMs)).toBe(true);
  });

  it('one that was seen to leave has left, at once', () => {
    const { clock, sightings } = seen();
    sightings.volume(volume, held(1, 'attached'), clock.at);
    sightings.answered('DetachVolume', {
      VolumeId: volume,
      InstanceId: id,
      State: 'detaching',
      AttachTime: new Date(1),
    });
    expect(sightings.volume(volume, held(1, 'attached'), clock.at)).toBe(false);
    expect(sightings.volume(volume, { VolumeId: volume, Attachments: [] }, clock.at)).toBe(true);
  });

  it('what was there and does not show is gone only when AWS no longer shows how it was before', () => {
    const { clock, sightings } = seen();
    expect(sightings.volume(volume, undefined, clock.at)).toBe(true);
    sightings.answered('CreateVolume', { VolumeId: volume });
    expect(sightings.volume(volume, undefined, clock.at + unseenMs - 1)).toBe(false);
    expect(sightings.volume(volume, undefined, clock.at + unseenMs)).toBe(true);
  });

  it('what was made from a snapshot is not missed by an answer from before it was, in the next process either', () => {
    const { clock, sightings } = seen();
    sightings.answered('CreateVolume', { VolumeId: volume, SnapshotId: 'snap-0a' });
    const kept: unknown = JSON.parse(JSON.stringify(sightings.kept([volume])));
    const next = seen().sightings;
    next.recall(kept as never);
    for (const one of [sightings, next]) {
      expect(one.volumesFrom('snap-0a', [], clock.at + minute)).toBe(false);
      expect(one.volumesFrom('snap-0a', [{ VolumeId: volume }], clock.at + minute)).toBe(true);
      expect(one.volumesFrom('snap-0a', [], clock.at + unseenMs)).toBe(true);
      expect(one.volumesFrom('snap-0b', [], clock.at + minute)).toBe(true);
    }
  });

  it('what was kept by a clock that was ahead makes nothing young for ever', () => {
    const { clock, sightings } = seen();
    sightings.volume(volume, held(1, 'attached'), clock.at);
    clock.at -= 60 * minute;
    expect(sightings.volume(volume, undefined, clock.at)).toBe(true);
  });

  it('an answer that was long on its way does not say that what was attached meanwhile has left', () => {
    const { clock, sightings } = seen();
    const answer = { VolumeId: volume, InstanceId: id, State: 'attaching', AttachTime: new Date(clock.at) };
    sightings.answered('AttachVolume', answer);
    const none = { VolumeId: volume, Attachments: [] };
    for (const slowMs of [0, 3_000, minute]) expect(sightings.volume(volume, none, clock.at - slowMs)).toBe(false);
    expect(sightings.volume(volume, held(clock.at, 'attached'), clock.at + 1_000)).toBe(true);
  });

  it('what one process has kept counts in the next', () => {
    const { clock, sightings } = seen();
    sightings.instance(id, launched(2, 'running'), clock.at);
    sightings.volume(volume, held(3, 'detaching'), clock.at);
    const kept: unknown = JSON.parse(JSON.stringify(sightings.kept([id, volume])));
    const next = seen().sightings;
    next.recall(kept as never);
    expect(next.instance(id, launched(1, 'stopped'), clock.at)).toBe(false);
    expect(next.volume(volume, held(3, 'attached'), clock.at)).toBe(false);
  });

  it.each([
    null,
    'x',
    [1],
    [[id, '', 'a', 1, 1]],
    { a: 1 },
  ])('what is no sighting in a journal counts for nothing: %j', (kept) => {
    const { clock, sightings } = seen();
    sightings.recall(kept as never);
    expect(sightings.instance(id, launched(1, 'stopped'), clock.at)).toBe(true);
  });
});
