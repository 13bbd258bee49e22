import { useState } from 'preact/hooks';
import { FfmpegCommand } from './FfmpegCommand';
import { ObsSteps } from './ObsSteps';

const tools = ['OBS Studio', 'ffmpeg'] as const;

export function EncoderGuide({ rtmpUrl, streamKey }: { rtmpUrl: string | null; streamKey: string | null }) {
  const [tool, setTool] = useState<(typeof tools)[number]>('OBS Studio');
  return (
    <section class="panel" aria-labelledby="guide-title">
      <div class="panel-head">
        <h2 id="guide-title">Set up your encoder</h2>
        <div class="segmented" role="group" aria-label="Encoder">
          {tools.map((name) => (
            <button key={name} type="button" aria-pressed={tool === name} onClick={() => setTool(name)}>
              {name}
            </button>
          ))}
        </div>
      </div>
      {tool === 'ffmpeg' ? <FfmpegCommand rtmpUrl={rtmpUrl} streamKey={streamKey} /> : <ObsSteps rtmpUrl={rtmpUrl} />}
    </section>
  );
}
