/** A time that AWS gave, as ISO 8601 in UTC; empty when it gave none. */
export function iso(date: Date | undefined): string {
  return date?.toISOString() ?? '';
}
