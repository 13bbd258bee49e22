// Prints what mp4box.js reads from the file given as JSON: its tracks and each track's samples. Whatever it complains
// of on the way goes to stderr.
import { readFile } from 'node:fs/promises';
import { createFile, Log } from 'mp4box';

Log.setLogLevel(Log.warn);

const bytes = await readFile(process.argv[2]);
const file = createFile(true);
let movie;
file.onReady = info => { movie = info; };
file.onError = (module, message) => { throw new Error(`${module}: ${message}`); };

const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
buffer.fileStart = 0;
file.appendBuffer(buffer, true);
file.flush();
if (!movie) {
  throw new Error('No moov was found.');
}

const tracks = movie.tracks.map(track => ({
  codec: track.codec,
  timescale: track.timescale,
  width: track.track_width,
  height: track.track_height,
  samples: file.getTrackSamplesInfo(track.id).map(sample => ({
    dts: sample.dts,
    cts: sample.cts,
    duration: sample.duration,
    size: sample.size,
    sync: sample.is_sync,
  })),
}));
console.log(JSON.stringify({
  fragmented: movie.isFragmented,
  brands: movie.brands,
  boxes: file.boxes.map(box => box.type),
  tracks,
}));
