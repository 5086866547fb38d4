import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Files, systemCode } from './files.ts';
import { directoryOf, draftOf, type RunPlace } from './segments.ts';

/** An unwinding of an instance with thirty volumes takes half of it. */
export const reservePerPlan = 2 * 2 ** 20;

/** Has the disk, or what this user may have of it, no room? */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
}

/** Room on the disk of a run that is let go of when there is no other, so that an unwinding can be written down. */
export class Reserve {
  private readonly files: Files;
  private readonly place: RunPlace;
  private readonly file: string;

  constructor(files: Files, place: RunPlace) {
    this.files = files;
    this.place = place;
    this.file = join(directoryOf(place), 'reserve');
  }

  /** Takes the room, unless it is taken; rejects with the system's error where there is none. */
  async take(bytes: number): Promise<void> {
    if (bytes === 0 || (await this.files.exists(this.file))) return;
    // A link is all or nothing: no process that comes later takes the half of it for the whole.
    const draft = draftOf(this.place);
    try {
      const file = await this.files.create(draft);
      try {
        // What compresses well, or is not written at all, would hold no room.
        await file.append(randomBytes(bytes));
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.files.link(draft, this.file);
    } finally {
      await this.files.remove(draft);
    }
  }

  /** Lets go of it; false when there was none. */
  async release(): Promise<boolean> {
    if (!(await this.files.exists(this.file))) return false;
    await this.files.remove(this.file);
    return true;
  }
}
