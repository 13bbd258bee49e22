import type { ChannelQuality } from '../api/channel';

/** The state of a channel's quality as a sentence, null when nothing is amiss. */
export function qualitySentence(quality: ChannelQuality | null): string | null {
  if (quality === null || quality.level === 'full') return null;
  const what =
    quality.level === 'reduced'
      ? 'Not everything is as usual at the moment.'
      : 'Only the original quality can be chosen at the moment.';
  return quality.reason === null ? what : `${what} ${asSentence(quality.reason)}`;
}

function asSentence(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
