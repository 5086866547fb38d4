import type { SnapshotOf } from '../model/alike.ts';

const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());

/** The truth about a snapshot now, whatever it is of. */
export function snapshotState<S>(snapshot: SnapshotOf<S>) {
  return {
    id: snapshot.id,
    resourceId: snapshot.resourceId,
    copyOf: snapshot.copyOf ?? null,
    type: snapshot.type,
    status: snapshot.status,
    taken: iso(snapshot.takenAt),
    key: snapshot.keyArn ?? null,
    tags: Object.fromEntries(snapshot.tags.now),
  };
}
