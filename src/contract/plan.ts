import type { Json } from './json.ts';

/** Where a `${{ }}` points: `['steps', 'read', 'volumes']`, `['item', 'id']`, `['target', 'id']`, `['keys', 'to']`. */
export type Path = readonly string[];

/** A value of a plan after parsing: plain, or with references in it. A reference is recognised once, at parsing, and never again in what it yields. */
export type Template =
  | { readonly literal: Json }
  | { readonly ref: Path }
  | { readonly list: readonly Template[] }
  | { readonly map: { readonly [key: string]: Template } };

/** When cut-overs may begin. `cron` opens it, it stays open for `durationMs`, and none begins in its last `cutoffMs`. */
export interface Window {
  readonly cron: string;
  readonly timezone: string;
  readonly durationMs: number;
  readonly cutoffMs: number;
}

export interface UseStep {
  readonly kind: 'use';
  readonly id: string;
  readonly uses: string;
  readonly each?: Path;
  readonly inOrder: boolean;
  readonly with: Template;
}

/** Waits until a cut-over may begin. */
export interface WindowStep {
  readonly kind: 'gate';
  readonly id: string;
  readonly gate: 'window';
}

/** Waits for `forMs` from when it is first reached. */
export interface HoldStep {
  readonly kind: 'gate';
  readonly id: string;
  readonly gate: 'hold';
  readonly forMs: number;
}

export type GateStep = WindowStep | HoldStep;

/** A plan that has been checked and frozen. */
export interface Plan {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly target: { readonly type: string; readonly id: string };
  readonly keys: { readonly from?: string; readonly to: string };
  readonly window?: Window;
  /** Tags of the operator's on the snapshots and replacements that are made, by key. */
  readonly tags?: { readonly [key: string]: string };
  readonly steps: readonly (UseStep | GateStep)[];
}

/** What a plan was made of: enough to make it again, byte for byte, on resume. */
export interface PlanSource {
  readonly file: string;
  readonly text: string;
  readonly sets: readonly string[];
}
