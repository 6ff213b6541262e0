/** Times of day for people: 14:18:02, in the time zone of this machine. Pure but for the zone. */
export function clockTime(epochMs: number): string {
  const date = new Date(epochMs)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
