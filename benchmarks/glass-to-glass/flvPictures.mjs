const fileHeaderLength = 9 + 4;
const tagHeaderLength = 11;
const backPointerLength = 4;
const video = 9;
const avcPicture = 1;
const compositionOffsetAt = 2;

/** Finds the pictures in an FLV that comes in pieces. Adobe Flash Video File Format 10.1, annex E. */
export class FlvPictures {
  #rest = Buffer.alloc(0);
  #isBegun = false;

  /** The presentation times, in ms, of the pictures that this piece completes. */
  *read(piece) {
    let bytes = Buffer.concat([this.#rest, piece]);
    if (!this.#isBegun && bytes.length >= fileHeaderLength) {
      bytes = bytes.subarray(fileHeaderLength);
      this.#isBegun = true;
    }
    while (this.#isBegun && bytes.length >= tagHeaderLength) {
      const length = tagHeaderLength + bytes.readUIntBE(1, 3) + backPointerLength;
      if (bytes.length < length) break;
      const body = bytes.subarray(tagHeaderLength);
      if (bytes[0] === video && body[1] === avcPicture) {
        yield bytes.readUIntBE(4, 3) + bytes[7] * 0x1000000 + body.readIntBE(compositionOffsetAt, 3);
      }
      bytes = bytes.subarray(length);
    }
    this.#rest = bytes;
  }
}
