import { Definitions } from '../ui/Definitions';

/** What to enter in OBS, with the words of its settings window. */
export function ObsSteps({ rtmpUrl }: { rtmpUrl: string | null }) {
  const stream: [string, string][] = [
    ['Service', 'Custom…'],
    ['Server', rtmpUrl ?? 'as above'],
    ['Stream Key', 'as above'],
  ];
  const output: [string, string][] = [
    ['Output Mode', 'Advanced'],
    ['Video Encoder', 'x264'],
    ['Rate Control', 'CBR'],
    ['Bitrate', '4500 Kbps for 1080p, 2500 for 720p'],
    ['Keyframe Interval', '2 s'],
    ['Profile', 'high'],
    ['Tune', 'zerolatency'],
    ['Audio Encoder', 'AAC, 160 Kbps'],
  ];
  return (
    <ol class="steps">
      <li>
        Open <strong>Settings → Stream</strong>: <Definitions class="values" rows={stream} />
      </li>
      <li>
        Open <strong>Settings → Output → Streaming</strong>: <Definitions class="values" rows={output} />
      </li>
      <li>
        Press <strong>Start Streaming</strong>. The state on this page changes within seconds.
      </li>
    </ol>
  );
}
