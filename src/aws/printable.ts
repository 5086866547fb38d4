export { printable } from '../contract/printable.ts';
