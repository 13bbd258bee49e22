import { CopyButton } from '../ui/CopyButton';

const keyPlaceholder = 'YOUR_STREAM_KEY';

/** Key frames every 2 s by time, so that the frame rate of the file does not matter. */
const command = (address: string) =>
  [
    'ffmpeg -re -i video.mp4',
    '-c:v libx264 -preset veryfast -tune zerolatency -profile:v high',
    '-pix_fmt yuv420p -b:v 4500k -maxrate 4500k -bufsize 4500k',
    '-force_key_frames "expr:gte(t,n_forced*2)"',
    '-c:a aac -b:a 160k -ar 48000',
    `-f flv "${address}"`,
  ].join(' \\\n  ');

export function FfmpegCommand({ rtmpUrl, streamKey }: { rtmpUrl: string | null; streamKey: string | null }) {
  const server = rtmpUrl ?? 'rtmp://SERVER/live';
  const shown = command(`${server}/${streamKey === null ? keyPlaceholder : '••••••••'}`);
  const copied = command(`${server}/${streamKey ?? keyPlaceholder}`);
  return (
    <>
      <pre class="command" tabIndex={0}>
        <code>{shown}</code>
      </pre>
      <div class="panel-actions">
        <CopyButton text={copied} label="Copy the ffmpeg command" />
        <span class="hint">
          {streamKey === null
            ? `Put your key in the place of ${keyPlaceholder}.`
            : 'The copy has your stream key in it.'}
        </span>
      </div>
    </>
  );
}
