// The pictures of benchmarks/glass-to-glass for tests of their time code.
//   draw <file> <width> <height> <time>...   writes a picture for each time, yuv420p
//   read <file> <width> <height>             prints, as JSON, the time that each gray picture carries, and what the upper
//                                            rows of each give with the lower rows of the next
import { readFileSync, writeFileSync } from 'node:fs';
import { Picture } from '../../../benchmarks/glass-to-glass/picture.mjs';
import { columns, decodeTime, rows } from '../../../benchmarks/glass-to-glass/timeCode.mjs';

const [mode, file, ...numbers] = process.argv.slice(2);
const [width, height, ...times] = numbers.map(Number);

if (mode === 'draw') {
  const picture = new Picture(width, height);
  writeFileSync(file, Buffer.concat(times.map((time, number) => Buffer.from(picture.draw(number, time)))));
} else {
  const bytes = readFileSync(file);
  const pictures = Array.from({ length: bytes.length / (width * height) }, (_, number) =>
    blocksOf(bytes.subarray(number * width * height)),
  );
  const now = Date.UTC(2026, 11, 31);
  const torn = pictures.slice(1).map((next, number) => [...pictures[number].slice(0, columns), ...next.slice(columns)]);
  console.log(
    JSON.stringify({
      times: pictures.map((one) => decodeTime(one, now)),
      torn: torn.map((one) => decodeTime(one, now)),
    }),
  );
}

/** The brightness of the middle of each block. */
function blocksOf(luma) {
  const block = width / columns;
  return Array.from({ length: columns * rows }, (_, index) => {
    const left = (index % columns) * block;
    const top = Math.floor(index / columns) * block;
    let [sum, count] = [0, 0];
    for (let y = Math.ceil(top + block / 4); y < top + (block * 3) / 4; y++) {
      for (let x = Math.ceil(left + block / 4); x < left + (block * 3) / 4; x++, count++) sum += luma[y * width + x];
    }
    return sum / count;
  });
}
