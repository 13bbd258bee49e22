// A broadcaster: draws pictures that carry the time at which they are drawn, at the pace of a camera, with sound on the
// same clock, and has ffmpeg encode and publish them as OBS Studio does. Runs until it is ended; then says how long
// encoding took.
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FlvPictures } from './flvPictures.mjs';
import { Picture } from './picture.mjs';
import { quantile } from './quantile.mjs';

const { values: options } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '720' },
    fps: { type: 'string', default: '30' },
    rate: { type: 'string', default: '2500' },
    encoder: { type: 'string', default: 'zerolatency' },
  },
});
const [width, height, fps] = [Number(options.width), Number(options.height), Number(options.fps)];
const sampleRate = 48_000;
const samplesPerFrame = 1024;

// `zerolatency`: no picture waits for a later one. `obs`: what OBS Studio's x264 does unless told otherwise, which is
// B-frames and a look ahead.
const tunings = { zerolatency: '-tune zerolatency', obs: '-bf 3' };

const words = (text) => text.trim().split(/\s+/);
const output = (target) => `[f=flv:flvflags=no_duration_filesize:flush_packets=1]${target}`;
const ffmpeg = spawn(
  'ffmpeg',
  [
    ...words('-nostdin -hide_banner -loglevel error -probesize 32 -analyzeduration 0 -fpsprobesize 0'),
    ...words(`-f rawvideo -pix_fmt yuv420p -s ${width}x${height} -r ${fps} -thread_queue_size 64 -i pipe:0`),
    ...words(`-f s16le -ar ${sampleRate} -ac 1 -thread_queue_size 64 -i pipe:3 -map 0:v -map 1:a`),
    ...words(`-fps_mode passthrough -c:v libx264 -preset veryfast ${tunings[options.encoder]}`),
    ...words(`-g ${2 * fps} -sc_threshold 0 -b:v ${options.rate}k -maxrate ${options.rate}k -bufsize ${options.rate}k`),
    ...words('-c:a aac -b:a 128k -ac 2 -flags +global_header -f tee -use_fifo 1'),
    [...(options.target ?? []), 'pipe:1'].map(output).join('|'),
  ],
  { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] },
);
let isEnding = false;
const end = () => {
  isEnding = true;
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
for (const pipe of [ffmpeg.stdin, ffmpeg.stdio[3]]) pipe.on('error', () => {});
ffmpeg.on('exit', (code) => {
  const [p50, p95] = [0.5, 0.95].map((share) => quantile(encodingMs, share));
  console.log(JSON.stringify({ pictures: encodingMs.length, encodingMs: { p50, p95 } }));
  process.exit(isEnding ? 0 : code || 1);
});

const capturedAt = [];
const encodingMs = [];
const pictures = new FlvPictures();
let firstTime = null;
ffmpeg.stdout.on('data', (piece) => {
  const now = Date.now();
  for (const time of pictures.read(piece)) {
    firstTime ??= time;
    encodingMs.push(now - capturedAt[Math.round(((time - firstTime) * fps) / 1000)]);
  }
});

const picture = new Picture(width, height);
const start = performance.now();
const until = (seconds) => delay(Math.max(0, start + seconds * 1000 - performance.now()));
const taken = (pipe, bytes) => new Promise((resolve) => pipe.write(bytes, resolve));

async function film() {
  // When the encoder is late the next picture is drawn late too, and carries the time at which it is.
  for (let number = 0; !isEnding; number++) {
    await until(number / fps);
    capturedAt[number] = Date.now();
    await taken(ffmpeg.stdin, picture.draw(number, capturedAt[number]));
  }
}

async function record() {
  const frame = new Int16Array(samplesPerFrame);
  for (let number = 0; !isEnding; number++) {
    for (let i = 0; i < samplesPerFrame; i++) {
      frame[i] = 4_000 * Math.sin((2 * Math.PI * 220 * (number * samplesPerFrame + i)) / sampleRate);
    }
    await until(((number + 1) * samplesPerFrame) / sampleRate);
    await taken(ffmpeg.stdio[3], Buffer.from(frame.buffer.slice(0)));
  }
}

await Promise.all([film(), record()]);
ffmpeg.stdin.end();
ffmpeg.stdio[3].end();
