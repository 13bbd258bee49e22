import { columns, encodeTime, rows } from './timeCode.mjs';

const black = 16;
const white = 235;
const gray = 128;
const pixelsPerFrame = 2;

/** A texture that moves to the left, with a time code over its top. As yuv420p, in video's range of brightness. */
export class Picture {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.bytes = Buffer.alloc((width * height * 3) / 2, gray);
    this.texture = texture(width * 2, height);
    this.block = width / columns;
  }

  /** Draws the picture of that number. What is returned is overwritten by the next. */
  draw(number, time) {
    const { width, height, bytes, block } = this;
    const shift = (number * pixelsPerFrame) % width;
    for (let y = block * rows; y < height; y++) {
      const from = y * width * 2 + shift;
      this.texture.copy(bytes, y * width, from, from + width);
    }
    encodeTime(time).forEach((bit, index) => {
      const x = (index % columns) * block;
      const top = Math.floor(index / columns) * block;
      for (let y = top; y < top + block; y++) {
        bytes.fill(bit ? white : black, y * width + x, y * width + x + block);
      }
    });
    return bytes;
  }
}

/** Waves with a little grain, which come again after half the width, so that it can be moved without a seam. */
function texture(width, height) {
  const bytes = Buffer.alloc(width * height);
  const period = width / 2;
  let seed = 1;
  const grain = Int8Array.from({ length: period * height }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed >>> 28) - 8;
  });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = x % period;
      const wave =
        Math.sin((at / period) * 14 * Math.PI + y / 40) + Math.cos(y / 23) * Math.cos((at / period) * 6 * Math.PI);
      bytes[y * width + x] = gray + wave * 35 + grain[y * period + at];
    }
  }
  return bytes;
}
