/** What to enter in OBS, with the words of its settings window. */
export function ObsSteps({ rtmpUrl }: { rtmpUrl: string | null }) {
  const stream = [
    ['Service', 'Custom…'],
    ['Server', rtmpUrl ?? 'as above'],
    ['Stream Key', 'as above'],
  ];
  const output = [
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
        Open <strong>Settings → Stream</strong>: <Values rows={stream} />
      </li>
      <li>
        Open <strong>Settings → Output → Streaming</strong>: <Values rows={output} />
      </li>
      <li>
        Press <strong>Start Streaming</strong>. The state on this page changes within seconds.
      </li>
    </ol>
  );
}

function Values({ rows }: { rows: string[][] }) {
  return (
    <dl class="values">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
