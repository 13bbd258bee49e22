/** Numbers and times in the words of the pages. */

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const formatCount = (count: number) => (count < 10_000 ? whole.format(count) : compact.format(count));

export const formatViewers = (count: number) => `${formatCount(count)} ${count === 1 ? 'viewer' : 'viewers'}`;

export function formatBitRate(bitsPerSecond: number): string {
  if (bitsPerSecond <= 0) return '0 kbit/s';
  return bitsPerSecond < 1_000_000
    ? `${Math.round(bitsPerSecond / 1000)} kbit/s`
    : `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}

/** 29.97 stays 29.97, 30.003 is 30. */
export function formatFrameRate(framesPerSecond: number): string {
  const rounded = Math.round(framesPerSecond);
  return Math.abs(framesPerSecond - rounded) < 0.02 ? `${rounded}` : framesPerSecond.toFixed(2);
}

/** `2:07:45`, as a clock that runs. */
export function formatClock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => value.toString().padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `for 12 min`, as a phrase that need not tick. */
export function formatSince(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just started';
  if (minutes < 60) return `for ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `for ${hours} h ${minutes % 60} min` : `for ${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const formatSeconds = (seconds: number) => `${seconds.toFixed(1)} s`;

/** `22 Nov 2026, 20:15`, in the viewer's own way. */
export const formatDate = (date: string) =>
  new Date(date).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });

/** Of a recording. */
export const formatMissing = (segments: number) =>
  segments === 1 ? '1 segment is missing' : `${formatCount(segments)} segments are missing`;

export function formatBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes / 1000, 0];
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
