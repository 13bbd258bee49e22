/**
 * A stand-in for the server while the pages are worked on: `npm run dev:mock`, and `npm run dev` beside it. It keeps
 * channels in memory, takes any admin token but "wrong", and plays a test picture of ffmpeg's on the channel `demo`.
 *
 * Change what the pages see with `curl -X POST localhost:8080/mock/<channel>/<what>`, where what is one of
 * start, stop, interrupt, resume, sparse-keys, reduced, source-only, full, transcoder-off; and with
 * /mock/all/empty and /mock/all/down (every answer is an error for 10 s).
 */
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { apiOf, createChannels } from './mockChannels.mjs';

const port = Number(process.env.PORT ?? 8080);
const pages = join(import.meta.dirname, '../../wwwroot');
const media = mkdtempSync(join(tmpdir(), 'mock-live-'));
const channels = createChannels();
const rungs = [
  ['source', '1280:720', '1800k'],
  ['360p', '640:360', '600k'],
  ['180p', '320:180', '250k'],
];
let encoder = null;
let downUntil = 0;

function startEncoder() {
  if (encoder) return;
  rmSync(media, { recursive: true, force: true });
  mkdirSync(media);
  const video = rungs.map(
    ([, size, rate], index) =>
      `-map 0:v -filter:v:${index} scale=${size} -b:v:${index} ${rate} -maxrate:v:${index} ${rate} -bufsize:v:${index} ${rate}`,
  );
  const words = [
    '-v error -re -f lavfi -i testsrc2=size=1280x720:rate=30 -re -f lavfi -i sine=frequency=440:beep_factor=4',
    ...video,
    '-map 1:a -c:v libx264 -preset ultrafast -tune zerolatency -g 60 -sc_threshold 0 -c:a aac -b:a 96k',
    '-f dash -seg_duration 2 -window_size 8 -extra_window_size 8 -use_template 1 -use_timeline 0',
    '-utc_timing_url /api/time -hls_playlist 1 -hls_master_name index.m3u8',
  ];
  const args = [...words.join(' ').split(' '), '-adaptation_sets', 'id=0,streams=v id=1,streams=a'];
  encoder = spawn('ffmpeg', [...args, join(media, 'manifest.mpd')], { stdio: ['ignore', 'inherit', 'inherit'] });
}

function stopEncoder() {
  encoder?.kill('SIGKILL');
  encoder = null;
}

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mpd': 'application/dash+xml',
  '.m4s': 'video/mp4',
  '.jpg': 'image/jpeg',
};

function sendFile(response, path, transform) {
  if (!existsSync(path)) return response.writeHead(404).end();
  response.writeHead(200, {
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Cache-Control': 'no-store',
  });
  if (transform) response.end(transform(readFileSync(path, 'utf8')));
  else createReadStream(path).pipe(response);
}

/** ffmpeg numbers its renditions; the server names them. */
const nameInMaster = (text) =>
  text.replace(/media_(\d+)\.m3u8/g, (_, index) => `${rungs[index]?.[0] ?? 'audio'}/index.m3u8`);
const nameInMpd = (text) =>
  text
    .replace(/(suggestedPresentationDelay)="[^"]*"/, '$1="PT6S"')
    .replace(/<Representation id="(\d+)"/g, (_, index) => `<Representation id="${rungs[index]?.[0] ?? 'audio'}"`);

function sendMedia(response, slug, rest) {
  const channel = channels.get(slug);
  if (!channel?.live) return response.writeHead(404).end();
  if (rest === 'index.m3u8') return sendFile(response, join(media, rest), nameInMaster);
  if (rest === 'manifest.mpd') return sendFile(response, join(media, rest), nameInMpd);
  const playlist = /^(\w+)\/index\.m3u8$/.exec(rest);
  const numberOf = (name) => {
    const at = rungs.findIndex(([rung]) => rung === name);
    return at < 0 ? rungs.length : at;
  };
  if (playlist) return sendFile(response, join(media, `media_${numberOf(playlist[1])}.m3u8`));
  if (rest.endsWith('.jpg')) return sendThumbnail(response);
  const file = rest
    .split('/')
    .at(-1)
    .replace(/-stream(source|\d+p|audio)/, (_, name) => `-stream${numberOf(name)}`);
  return sendFile(response, join(media, file));
}

function sendThumbnail(response) {
  const ffmpeg = spawn('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=640x360,trim=start=${(Date.now() % 60_000) / 1000}`,
    '-frames:v',
    '1',
    '-f',
    'mjpeg',
    '-',
  ]);
  response.writeHead(200, { 'Content-Type': 'image/jpeg' });
  ffmpeg.stdout.pipe(response);
}

function change(slug, what) {
  if (what === 'empty') channels.clear();
  if (what === 'down') downUntil = Date.now() + 10_000;
  const channel = channels.get(slug);
  if (!channel) return;
  channel.change(what);
  if ([...channels.values()].some(({ live }) => live)) startEncoder();
  else stopEncoder();
}

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://mock').pathname);
  const [, area, slug, ...rest] = path.split('/');
  if (area === 'mock') return response.end(`${change(slug, rest[0]) ?? 'done'}\n`);
  if (Date.now() < downUntil) return request.socket.destroy();
  if (path === '/api/time') return response.end(new Date().toISOString());
  if (area === 'api') return apiOf(channels, request, response, rest);
  if (area === 'live') return sendMedia(response, slug, rest.join('/'));
  const file = join(pages, path);
  return sendFile(response, extname(path) && existsSync(file) ? file : join(pages, 'index.html'));
});

if (process.env.EMPTY) channels.clear();
else change('demo', 'start');
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopEncoder();
    rmSync(media, { recursive: true, force: true });
    process.exit();
  });
}
