/** How one volume that the plan moves stands, with what was made to take its place. */
export interface Pair {
  readonly original: string;
  readonly root: boolean;
  /** What is in its place on the target now; of an unattached volume what its owner is told to use. */
  readonly holds: 'original' | 'replacement' | 'neither';
  /** The replacement that is in place, else the last that was made. */
  readonly replacement: string | undefined;
  /** It can be attached, and holds what the original held when it last could be written to. */
  readonly ready: boolean;
  /** The original could be written to after the snapshot that the replacement was made from. */
  readonly stale: boolean;
  /** A running instance has held the replacement. */
  readonly lived: boolean;
  /** The replacement can't be read, or still loads its blocks. */
  readonly unreadable: boolean;
  /** It still loads its blocks. */
  readonly loading: boolean;
  /** The run has deleted the original. */
  readonly over: boolean;
  /** Somebody else has deleted the original. */
  readonly originalGone: boolean;
  /** Somebody else has detached the original, and nobody has attached it again. */
  readonly detachedByOthers: boolean;
  /** What the run has made of the original and is still there. */
  readonly made: readonly string[];
}

/** What is so of a target right before a call of ours, or at the end of a process: truth and facts, and what was asked for and said. */
export interface Situation {
  readonly type: 'ec2-instance' | 'ebs-volume';
  /** Back: it is being taken back, as status would say now, or a rollback was asked for. */
  readonly direction: 'forward' | 'back';
  /** The word was typed by which writes since the write point may go. */
  readonly typed: boolean;
  readonly holds: 'originals' | 'replacements' | 'mixed' | 'none';
  /** `between`: on its way up or down. */
  readonly state: 'runs' | 'stands' | 'between' | 'gone';
  /** Did it run when the run came to stop it? Undefined where nobody can say: others have started and stopped it before. */
  readonly ran: boolean | undefined;
  readonly stoppedByOthers: boolean;
  /** What was said last of the pairs; `none`: nothing yet, of some of them at least; `unasked`: the plan has no step that says it. */
  readonly verdict: 'verified' | 'failed' | 'none' | 'unasked';
  /** A key of what the target holds, or the new one, can't be used. */
  readonly keyUnusable: boolean;
  /** How many volumes the run has made that can be attached, whatever AWS has made them from: that the verification sees. */
  readonly replacements: number;
  /** How long ago the run last attached, detached or started something. */
  readonly restoredForMs: number;
  readonly pairs: readonly Pair[];
  /** Pairs that are not, or no longer, moved. */
  readonly left: readonly Pair[];
}

/** What a changing call does to the target or the pairs. What only makes, tags or sets something is none: each row allows it. */
export type DeedKind =
  | 'stop'
  | 'start'
  | 'detach-original'
  | 'detach-replacement'
  | 'attach-original'
  | 'attach-replacement'
  | 'delete-original'
  | 'discard-volume'
  | 'discard-snapshot';

/** A changing call of ours, as a row judges it. */
export interface Deed {
  readonly kind: DeedKind;
  /** The original that it is about; undefined for a whole target, and for what belongs to no pair. */
  readonly original: string | undefined;
  /** Of something deleted: whether nothing else that can be read holds what it held. */
  readonly lastCopy: () => boolean;
  /** Of a replacement: a running instance has held it. */
  readonly lived: boolean;
  /** Of a volume: it is in a place on the target. */
  readonly placed: boolean;
}
