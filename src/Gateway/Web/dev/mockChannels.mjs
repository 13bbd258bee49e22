import { randomBytes } from 'node:crypto';

const rendition = (name, width, height, rate) => ({
  name,
  kind: 'video',
  codec: 'avc1.64001f',
  width,
  height,
  frameRate: 30,
  peakBitRate: rate * 1.2,
  averageBitRate: rate,
});
const ladder = [
  rendition('source', 1280, 720, 1_800_000),
  rendition('360p', 640, 360, 600_000),
  rendition('180p', 320, 180, 250_000),
];

/** A channel as the server describes it, and what can happen to it. */
class MockChannel {
  live = false;
  broadcastId = null;
  startedAt = null;
  quality = { level: 'full', reason: null };
  interrupted = false;
  keyFrameInterval = 2;
  transcoder = { state: 'running', message: null, restarts: 0 };
  streamKey = randomBytes(16).toString('hex');

  constructor(slug, title, viewers = 0) {
    Object.assign(this, { slug, title, viewers });
  }

  change(what) {
    switch (what) {
      case 'start':
        this.live = true;
        this.broadcastId = randomBytes(4).toString('hex');
        this.startedAt = new Date().toISOString();
        break;
      case 'stop':
        this.live = false;
        this.startedAt = this.broadcastId = null;
        break;
      case 'interrupt':
        this.interrupted = true;
        break;
      case 'resume':
        this.interrupted = false;
        break;
      case 'sparse-keys':
        this.keyFrameInterval = 8.3;
        break;
      case 'full':
        this.quality = { level: 'full', reason: null };
        break;
      case 'reduced':
        this.quality = { level: 'reduced', reason: 'the transcoder cannot keep up with the broadcast' };
        break;
      case 'source-only':
        this.quality = { level: 'source-only', reason: 'no transcoder is free' };
        break;
      case 'transcoder-off':
        this.transcoder = {
          state: 'unavailable',
          message: 'All 2 workers are busy. The next free one takes this broadcast.',
          restarts: 3,
        };
        break;
    }
  }

  summary() {
    const { slug, title, live, startedAt, viewers, quality } = this;
    const summary = { slug, title, live, startedAt, viewers: live ? viewers : 0, quality: live ? quality : null };
    return { ...summary, recordings: 0 };
  }

  detail() {
    return {
      ...this.summary(),
      broadcastId: this.broadcastId,
      renditions: this.live ? ladder : [],
      ingest: this.live
        ? {
            state: this.interrupted ? 'interrupted' : 'live',
            connectedAt: this.startedAt,
            frameRate: 30,
            width: 1280,
            height: 720,
            bitRate: Math.round(1_850_000 + 300_000 * Math.sin(Date.now() / 7000) + Math.random() * 120_000),
            videoCodec: 'H.264 High',
            audioCodec: 'AAC-LC 48 kHz',
            keyFrameInterval: this.keyFrameInterval,
            encoder: 'obs-output 30.2',
            advice:
              this.keyFrameInterval > 4
                ? [
                    `Key frames are too far apart: a key frame (IDR picture) comes only every ${this.keyFrameInterval} s.`,
                  ]
                : [],
          }
        : null,
      transcoder: this.live ? this.transcoder : null,
    };
  }
}

export function createChannels() {
  const all = [
    new MockChannel('demo', 'Harbour lights, all night long', 128),
    new MockChannel('workshop', 'Building a wooden kayak: day 4', 31),
    new MockChannel(
      'keys',
      'Piano requests from a very small flat and a much too long title that needs two lines',
      12_430,
    ),
    new MockChannel('garden', 'The garden camera'),
    new MockChannel('chess', 'Sunday blitz'),
  ];
  for (const channel of all.slice(0, 3)) channel.change('start');
  all[1].startedAt = new Date(Date.now() - 7_900_000).toISOString();
  all[1].change('reduced');
  return new Map(all.map((channel) => [channel.slug, channel]));
}

/** Answers a question of the API. */
export async function apiOf(channels, request, response, [slug, action]) {
  const send = (status, body) => {
    response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  };
  const problem = (status, title, detail) => send(status, { status, title, detail });
  const rtmpUrl = `rtmp://${(request.headers.host ?? 'localhost').split(':')[0]}:1935/live`;

  if (slug === undefined)
    return send(
      200,
      [...channels.values()].map((channel) => channel.summary()),
    );
  const channel = channels.get(slug);
  if (request.method === 'GET' && channel && action === 'recordings') return send(200, []);
  if (request.method === 'GET') {
    return channel ? send(200, channel.detail()) : problem(404, 'No such channel', `There is no channel "${slug}".`);
  }
  if (!/^Bearer (?!wrong)./.test(request.headers.authorization ?? '')) {
    return problem(401, 'Unauthorized', 'The admin token is missing or wrong.');
  }
  if (request.method === 'PUT') {
    const { title } = JSON.parse((await textOf(request)) || '{}');
    if (channel) {
      channel.title = title ?? channel.title;
      return send(200, { slug, title: channel.title, streamKey: null, rtmpUrl });
    }
    const created = new MockChannel(slug, title ?? slug);
    channels.set(slug, created);
    return send(201, { slug, title: created.title, streamKey: created.streamKey, rtmpUrl });
  }
  if (!channel) return problem(404, 'No such channel', `There is no channel "${slug}".`);
  if (request.method === 'DELETE') {
    channels.delete(slug);
    return send(204);
  }
  if (action === 'stream-key') {
    channel.streamKey = randomBytes(16).toString('hex');
    return send(200, { slug, title: channel.title, streamKey: channel.streamKey, rtmpUrl });
  }
  return problem(404, 'Not found', 'There is nothing at this address.');
}

async function textOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}
