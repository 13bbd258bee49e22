import { Definitions } from '../ui/Definitions';
import { formatBitRate, formatSeconds } from '../ui/format';
import { Icon } from '../ui/Icon';
import { bufferAhead } from './buffer';
import type { Playback } from './Playback';
import { rateLabel } from './renditions';
import './statsPanel.css';

/** What the player measures, for those who want to know. */
export function StatsPanel({ playback, onClose }: { playback: Playback; onClose: () => void }) {
  const { video, engine, stalls } = playback;
  const rendition = playback.renditions.find(({ name }) => name === engine?.current());
  const frames = video.getVideoPlaybackQuality();
  const latency = engine?.latency() ?? null;
  const bandwidth = engine?.bandwidth() ?? null;
  const rows: [string, string][] = [
    ['Rendition', rendition ? `${rendition.name} (${rateLabel(rendition)})` : 'none yet'],
    ['Resolution', video.videoWidth > 0 ? `${video.videoWidth} × ${video.videoHeight}` : 'none yet'],
    ['Viewport', `${video.clientWidth} × ${video.clientHeight} at ${window.devicePixelRatio}x`],
    ['Latency', latency === null ? 'unknown' : formatSeconds(latency)],
    ['Buffer', formatSeconds(bufferAhead(video))],
    ['Speed', `${video.playbackRate.toFixed(2)}x`],
    ['Dropped frames', `${frames.droppedVideoFrames} of ${frames.totalVideoFrames}`],
    ['Stalls', stalls.count === 0 ? '0' : `${stalls.count}, ${formatSeconds(stalls.totalSeconds)} in all`],
    ['Switches', `${playback.switches}`],
    ['Bandwidth', bandwidth === null ? 'unknown' : formatBitRate(bandwidth)],
    ['Player', engine?.version ?? 'none yet'],
  ];
  return (
    <section class="stats" aria-label="Stats for nerds">
      <button type="button" class="stats-close" onClick={onClose} aria-label="Close the stats">
        <Icon name="close" size={16} />
      </button>
      <Definitions rows={rows} />
    </section>
  );
}
