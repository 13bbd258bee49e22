/**
 * Runs in the page: reads the brightness of the time code's blocks from every picture that comes to the screen, and
 * keeps what happens to the video. `takeRecords` gives what was kept since the last time.
 */
export function installMeter({ columns, rows }) {
  const pixels = 8;
  const { video } = window.__player;
  const canvas = new OffscreenCanvas(columns * pixels, rows * pixels);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let records = [];
  const keep = (kind, more) => records.push({ kind, at: Date.now(), ...more });

  // The middle of a block alone, where its neighbours are not scaled into it.
  const brightnessOf = (data, column, row) => {
    let sum = 0;
    for (let y = pixels / 4; y < (pixels * 3) / 4; y++) {
      for (let x = pixels / 4; x < (pixels * 3) / 4; x++) {
        sum += data[((row * pixels + y) * canvas.width + column * pixels + x) * 4 + 1];
      }
    }
    return Math.round(sum / (pixels / 2) ** 2);
  };

  let pictures = 0;
  const read = () => {
    video.requestVideoFrameCallback(read);
    const { videoWidth } = video;
    context.drawImage(video, 0, 0, videoWidth, (videoWidth / columns) * rows, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const blocks = Array.from({ length: columns * rows }, (_, i) =>
      brightnessOf(data, i % columns, Math.floor(i / columns)),
    );
    // The page's own figure and the buffer do not change from picture to picture.
    const seldom = pictures++ % 10 === 0;
    keep('picture', {
      blocks,
      rate: video.playbackRate,
      shown: seldom ? window.__player.latency() : null,
      buffer: seldom ? ahead() : null,
    });
  };
  const ahead = () => {
    const { buffered, currentTime } = video;
    return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
  };
  video.requestVideoFrameCallback(read);
  for (const event of ['waiting', 'seeking', 'emptied']) video.addEventListener(event, () => keep(event));

  window.takeRecords = () => {
    const taken = {
      records,
      dropped: video.getVideoPlaybackQuality().droppedVideoFrames,
      rendition: window.__player.current(),
      height: video.videoHeight,
      errors: window.__player.errors,
    };
    records = [];
    return taken;
  };
}
