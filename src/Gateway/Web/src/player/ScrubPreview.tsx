import { useEffect, useState } from 'preact/hooks';
import type { Moment, Storyboard } from './Storyboard';

/** A pointer on its way somewhere else passes many pictures: one is fetched where it rests. */
const restMs = 70;

/** A server that is busy has no picture now, and may have one in a moment: it is asked again while the pointer rests. */
const retryMs = 2000;

export interface ScrubPreviewProps {
  storyboard: Storyboard | null;
  moment: Moment;
  /** Where along the bar, 0–1. */
  at: number;
  /** What the place is called, `−2:15`. */
  label: string;
}

/** The picture and the time at a place on the scrub bar. */
export function ScrubPreview({ storyboard, moment, at, label }: ScrubPreviewProps) {
  const [picture, setPicture] = useState<string | null>(null);
  const [isWanted, setWanted] = useState(false);
  // Half a second is less than any segment: a bar that moves under a pointer at rest asks for nothing new.
  const place = Math.round((moment.date ?? moment.time * 1000) / 500);

  useEffect(() => {
    let stopped = false;
    let timer = 0;
    const ask = (inMs: number) => {
      timer = window.setTimeout(() => {
        void load(storyboard, moment).then((loaded) => {
          if (stopped) return;
          setPicture(loaded);
          setWanted(false);
          if (loaded === null) ask(retryMs);
        });
      }, inMs);
    };
    ask(restMs);
    setWanted(true);
    return () => {
      stopped = true;
      window.clearTimeout(timer);
    };
  }, [storyboard, place]);

  const date = storyboard?.dateAt(moment) ?? moment.date;
  return (
    <div class="scrub-preview" style={{ '--at': `${at * 100}%` }} aria-hidden="true">
      {picture !== null && <img class={isWanted ? 'is-old' : ''} src={picture} alt="" />}
      <p>
        <strong>{label}</strong>
        {date !== null && <span>{clockOf(date)}</span>}
      </p>
    </div>
  );
}

/** The address of a picture that has been loaded, null when there is none. */
async function load(storyboard: Storyboard | null, moment: Moment): Promise<string | null> {
  const address = await storyboard?.pictureAt(moment);
  if (address == null) return null;
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
    return address;
  } catch {
    return null;
  }
}

export const clockOf = (date: number) =>
  new Date(date).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit', second: '2-digit' });
