import { useMemo, useRef, useState } from 'preact/hooks';
import { formatClock } from '../ui/format';
import { bufferAhead } from './buffer';
import type { TimeRange } from './engine';
import type { Playback } from './Playback';
import { clockOf, ScrubPreview } from './ScrubPreview';
import { Storyboard } from './Storyboard';
import './scrubBar.css';

const stepSeconds = 10;
const pageSeconds = 60;

/** Where in the broadcast one is, and the way to elsewhere: a recording from end to end, a live broadcast's window. */
export function ScrubBar({ playback }: { playback: Playback }) {
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const { video, range, isLive, playedMedia } = playback;
  const storyboard = useMemo(() => (playedMedia === null ? null : new Storyboard(playedMedia)), [playedMedia?.id]);
  if (range === null || !(range.end > range.start)) return <div class="scrub-bar" />;

  const fraction = (time: number) => Math.min(1, Math.max(0, (time - range.start) / (range.end - range.start)));
  const time = playback.isAtLive ? range.end : Math.min(range.end, Math.max(range.start, video.currentTime));
  const shown = dragged === null ? fraction(time) : dragged;
  const label = (at: number) => (isLive ? behindLabel(range, at) : formatClock((at - range.start) * 1000));

  const fractionOf = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    return box === undefined || box.width === 0 ? 0 : Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const timeAt = (at: number) => range.start + at * (range.end - range.start);

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    bar.current?.setPointerCapture(event.pointerId);
    setDragged(fractionOf(event));
    setPointed(fractionOf(event));
  };
  const onPointerMove = (event: PointerEvent) => {
    setPointed(fractionOf(event));
    if (dragged !== null) setDragged(fractionOf(event));
  };
  const onPointerUp = (event: PointerEvent) => {
    if (dragged === null) return;
    playback.seek(timeAt(fractionOf(event)));
    setDragged(null);
    // A finger points at nothing once it is lifted.
    if (event.pointerType !== 'mouse') setPointed(null);
  };
  const onLeave = () => {
    setPointed(null);
    setDragged(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !press(event.key, playback, range)) return;
    event.preventDefault();
  };

  const moment = pointed === null ? null : { time: timeAt(pointed), date: playback.dateAt(timeAt(pointed)) };
  const loaded = fraction(video.currentTime + bufferAhead(video));
  return (
    <div
      class={`scrub-bar ${dragged === null ? '' : 'is-dragged'} ${isLive ? 'is-live' : ''}`}
      ref={bar}
      role="slider"
      tabIndex={0}
      aria-label={isLive ? 'Position in the broadcast' : 'Position in the recording'}
      aria-valuemin={0}
      aria-valuemax={Math.round(range.end - range.start)}
      aria-valuenow={Math.round(timeAt(shown) - range.start)}
      aria-valuetext={valueText(playback, range, timeAt(shown))}
      style={{ '--at': `${shown * 100}%`, '--loaded': `${loaded * 100}%` }}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onLeave}
      onPointerLeave={() => dragged === null && setPointed(null)}
      onKeyDown={onKeyDown}
    >
      <div class="scrub-track" />
      <div class="scrub-handle" />
      {moment !== null && pointed !== null && (
        <>
          <div class="scrub-pointed" style={{ '--at': `${pointed * 100}%` }} />
          <ScrubPreview storyboard={storyboard} moment={moment} at={pointed} label={label(moment.time)} />
        </>
      )}
    </div>
  );
}

/** `−2:15`, as far from the live edge. */
export const behindLabel = ({ end }: TimeRange, time: number) =>
  end - time < 1 ? 'Live' : `−${formatClock((end - time) * 1000)}`;

function valueText(playback: Playback, range: TimeRange, time: number): string {
  if (!playback.isLive)
    return `${formatClock((time - range.start) * 1000)} of ${formatClock((range.end - range.start) * 1000)}`;
  if (range.end - time < 1) return 'Live';
  const date = playback.dateAt(time);
  return `${formatClock((range.end - time) * 1000)} behind live${date === null ? '' : `, ${clockOf(date)}`}`;
}

function press(key: string, playback: Playback, range: TimeRange): boolean {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      playback.seekBy(-stepSeconds);
      return true;
    case 'ArrowRight':
    case 'ArrowUp':
      playback.seekBy(stepSeconds);
      return true;
    case 'PageDown':
      playback.seekBy(-pageSeconds);
      return true;
    case 'PageUp':
      playback.seekBy(pageSeconds);
      return true;
    case 'Home':
      playback.seek(range.start);
      return true;
    case 'End':
      playback.seek(range.end);
      return true;
    default:
      return false;
  }
}
