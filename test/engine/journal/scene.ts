// Tests that are kept outside of this repository find the journal's scene here.
export * from '../../journal/scene.ts';
