import { quantile } from './quantile.mjs';
import { decodeTime } from './timeCode.mjs';

const complaintsMax = 20;

/** What a viewer's meter recorded, made into figures. Latencies and times in ms. */
export class Figures {
  #name;
  #latencies = [];
  #shown = [];
  #buffers = [];
  #rates = new Map();
  #events = { waiting: 0, seeking: 0, emptied: 0 };
  #complaints = [];
  #unreadable = 0;
  #longestFreeze = 0;
  #newest = { captured: 0, at: null };
  #droppedBefore = 0;
  #dropped = 0;
  #errorsBefore = 0;
  #errors = [];
  #height = 0;
  #startEvents = 0;

  constructor(name) {
    this.#name = name;
  }

  complain(what) {
    if (this.#complaints.length < complaintsMax) this.#complaints.push(what);
  }

  /** What came before the time that is measured counts for nothing but the start. */
  settled({ records, dropped, errors }) {
    this.#droppedBefore = dropped;
    this.#errorsBefore = errors.length;
    this.#startEvents = records.filter(({ kind }) => kind === 'waiting').length;
    this.#newest.at = records.findLast(({ kind }) => kind === 'picture')?.at ?? null;
  }

  add({ records, dropped, errors, height }) {
    this.#dropped = dropped - this.#droppedBefore;
    this.#errors = errors.slice(this.#errorsBefore);
    this.#height = height;
    for (const record of records) {
      if (record.kind === 'picture') this.#addPicture(record);
      else this.#events[record.kind]++;
    }
  }

  #addPicture({ at, blocks, rate, shown, buffer }) {
    this.#rates.set(rate, (this.#rates.get(rate) ?? 0) + 1);
    const captured = decodeTime(blocks, at);
    if (captured === null) {
      this.#unreadable++;
      return;
    }
    this.#latencies.push(at - captured);
    if (shown !== null) this.#shown.push({ page: shown * 1000, glass: at - captured });
    if (buffer !== null) this.#buffers.push(buffer * 1000);
    // The same picture shown again is a freeze like none at all.
    if (captured === this.#newest.captured) return;
    if (this.#newest.at !== null) this.#longestFreeze = Math.max(this.#longestFreeze, at - this.#newest.at);
    this.#newest = { captured, at };
  }

  summary() {
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(this.#latencies, share));
    const shown = this.#shown.map(({ page }) => page);
    const unseen = this.#shown.map(({ page, glass }) => glass - page);
    const pictures = [...this.#rates.values()].reduce((sum, count) => sum + count, 0);
    return {
      name: this.#name,
      height: this.#height,
      pictures: this.#latencies.length,
      unreadable: this.#unreadable,
      latency: { p50, p95, p99, max: quantile(this.#latencies, 1), min: quantile(this.#latencies, 0) },
      // What the page shows begins at the server: the rest is the encoder, the way to the server and the screen.
      pageLatency: {
        p50: quantile(shown, 0.5),
        glassMinusPageP50: quantile(unseen, 0.5),
        glassMinusPageP95: quantile(unseen, 0.95),
      },
      buffer: { p5: quantile(this.#buffers, 0.05), p50: quantile(this.#buffers, 0.5) },
      rates: Object.fromEntries([...this.#rates].map(([rate, count]) => [rate, count / pictures])),
      stalls: this.#events.waiting,
      stallsAtStart: this.#startEvents,
      seeks: this.#events.seeking,
      longestFreeze: this.#longestFreeze,
      dropped: this.#dropped,
      errors: this.#errors,
      complaints: this.#complaints,
    };
  }
}
