// Reads playlists, one JSON string a line, with hls-parser in strict mode, and writes a line for each that it refuses.
// Ends with the number of those that it was given.
import { createInterface } from 'node:readline';
import HLS from 'hls-parser';

HLS.setOptions({ strictMode: true });
let judged = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  judged++;
  try {
    HLS.parse(text);
  } catch (error) {
    console.log(JSON.stringify({ error: error.message, text }));
  }
}
console.log(`judged ${judged}`);
