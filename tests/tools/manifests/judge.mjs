// Reads every manifest of a directory with parsers of others and writes what they understood to judged.json beside them.
//   node judge.mjs DIRECTORY
// A playlist or an MPD that a parser refuses is told as { error }.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import HLS from 'hls-parser';
import { parse as parseMpd } from 'mpd-parser';

const directory = process.argv[2];
HLS.setOptions({ strictMode: true });

function judgeMaster(playlist) {
  return {
    version: playlist.version,
    independentSegments: playlist.independentSegments,
    variants: playlist.variants.map((variant) => ({
      uri: variant.uri,
      bandwidth: variant.bandwidth,
      averageBandwidth: variant.averageBandwidth,
      codecs: variant.codecs,
      width: variant.resolution?.width ?? 0,
      height: variant.resolution?.height ?? 0,
      frameRate: variant.frameRate ?? 0,
      audio: variant.audio.map((audio) => ({
        uri: audio.uri, name: audio.name, channels: audio.channels, isDefault: audio.isDefault, autoselect: audio.autoselect,
      })),
    })),
  };
}

function judgeMedia(playlist) {
  return {
    version: playlist.version,
    independentSegments: playlist.independentSegments,
    targetDuration: playlist.targetDuration,
    mediaSequence: playlist.mediaSequenceBase,
    discontinuitySequence: playlist.discontinuitySequenceBase,
    endlist: playlist.endlist,
    playlistType: playlist.playlistType,
    skip: playlist.skip,
    partTargetDuration: playlist.partTargetDuration ?? 0,
    lowLatency: playlist.lowLatencyCompatibility ?? null,
    renditionReports: playlist.renditionReports,
    hints: playlist.prefetchSegments,
    segments: playlist.segments.map((segment) => ({
      uri: segment.uri,
      duration: segment.duration ?? 0,
      mediaSequence: segment.mediaSequenceNumber,
      discontinuitySequence: segment.discontinuitySequence,
      discontinuity: segment.discontinuity ?? false,
      gap: segment.gap ?? false,
      map: segment.map?.uri ?? null,
      programDateTime: segment.programDateTime?.toISOString() ?? null,
      parts: segment.parts.map((part) => ({
        uri: part.uri, hint: part.hint, duration: part.duration ?? 0, independent: part.independent ?? false,
      })),
    })),
  };
}

function judgeMpdPlaylist(playlist) {
  return {
    id: playlist.attributes.NAME,
    bandwidth: playlist.attributes.BANDWIDTH,
    codecs: playlist.attributes.CODECS,
    width: playlist.attributes.RESOLUTION?.width ?? 0,
    frameRate: playlist.attributes['FRAME-RATE'] ?? 0,
    endList: playlist.endList,
    timelineStarts: playlist.timelineStarts,
    segments: playlist.segments.map((segment) => ({
      uri: segment.uri,
      resolvedUri: segment.resolvedUri,
      map: segment.map.resolvedUri,
      duration: segment.duration,
      timeline: segment.timeline,
      presentationTime: segment.presentationTime,
    })),
  };
}

function judgeMpd(text) {
  const warnings = [];
  const mpd = parseMpd(text, {
    manifestUri: 'http://localhost/live/slug/manifest.mpd',
    NOW: Date.parse(/publishTime="([^"]+)"/.exec(text)[1]), // read as soon as it was written
    eventHandler: (event) => warnings.push(event.message),
  });
  const audio = Object.values(mpd.mediaGroups.AUDIO.audio ?? {}).flatMap((group) => group.playlists);
  return {
    warnings,
    duration: mpd.duration,
    minimumUpdatePeriod: mpd.minimumUpdatePeriod ?? 0,
    playlists: mpd.playlists.filter((playlist) => playlist.attributes.CODECS?.startsWith('avc1')).map(judgeMpdPlaylist),
    audio: (audio.length > 0 ? audio : mpd.playlists.filter((playlist) => playlist.attributes.CODECS?.startsWith('mp4a')))
      .map(judgeMpdPlaylist),
  };
}

function judge(name) {
  const text = readFileSync(join(directory, name), 'utf8');
  try {
    if (extname(name) === '.mpd') {
      return { mpd: judgeMpd(text) };
    }
    const playlist = HLS.parse(text);
    return playlist.isMasterPlaylist ? { multivariant: judgeMaster(playlist) } : { media: judgeMedia(playlist) };
  } catch (error) {
    return { error: error.stack };
  }
}

const names = readdirSync(directory).filter((name) => ['.m3u8', '.mpd'].includes(extname(name)));
const judged = Object.fromEntries(names.map((name) => [name, judge(name)]));
writeFileSync(join(directory, 'judged.json'), JSON.stringify(judged));
