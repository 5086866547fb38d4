import { DatabaseFailure } from './failure.ts';

const mostRows = 10_000;
const mostCharacters = 8_388_608;

/** Rows as they come, bounded: an answer is to be compared, not to fill the memory. */
export class Rows {
  readonly all: (readonly (string | null)[])[] = [];
  private characters = 0;

  take(row: readonly (string | null)[]): void {
    this.all.push(row);
    for (const value of row) this.characters += value?.length ?? 0;
    if (this.all.length > mostRows || this.characters > mostCharacters) {
      throw new DatabaseFailure(
        'TOO_LARGE',
        `the answer has more than ${mostRows} rows or ${mostCharacters} characters: ask for a count or a checksum`,
        true,
      );
    }
  }
}
