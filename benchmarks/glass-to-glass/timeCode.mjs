/**
 * A time in a picture: 48 square blocks, black for 0 and white for 1, in 3 rows of 16 over the picture's width, from
 * the top left. 32 bits of milliseconds since 1970, the most significant first, then the CRC-16/IBM-3740 of these four
 * bytes.
 */
export const columns = 16;
export const rows = 3;

const timeBits = 32;
const crcBits = 16;
const range = 2 ** timeBits;

// What lies between is neither: a picture half switched, or scaled until the blocks ran into one another.
const blackMax = 80;
const whiteMin = 176;

/** The blocks of a time, 0 or 1 each. */
export function encodeTime(time) {
  const low = time % range;
  const crc = crc16(low);
  return Uint8Array.from({ length: columns * rows }, (_, index) =>
    index < timeBits ? (low >>> (timeBits - 1 - index)) & 1 : (crc >>> (timeBits + crcBits - 1 - index)) & 1,
  );
}

/**
 * The time that blocks of this brightness (0 to 255) stand for, the latest up to `now`; null when it cannot be told for
 * sure.
 */
export function decodeTime(brightness, now) {
  if (brightness.some((value) => value > blackMax && value < whiteMin)) return null;
  const number = (first, count) =>
    brightness.slice(first, first + count).reduce((bits, value) => bits * 2 + Number(value >= whiteMin), 0);
  const low = number(0, timeBits);
  if (number(timeBits, crcBits) !== crc16(low)) return null;
  return now - ((((now - low) % range) + range) % range);
}

function crc16(word) {
  let crc = 0xffff;
  for (let bit = timeBits - 1; bit >= 0; bit--) {
    const feedback = (crc >>> 15) ^ ((word >>> bit) & 1);
    crc = ((crc << 1) & 0xffff) ^ (feedback ? 0x1021 : 0);
  }
  return crc;
}
