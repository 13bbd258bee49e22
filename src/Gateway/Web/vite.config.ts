import { defineConfig } from 'vite';

/** The server, or the mock of it, that `npm run dev` forwards to. */
const server = process.env.STREAMING_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  build: {
    outDir: '../wwwroot',
    emptyOutDir: true,
    // A content security policy without `data:` needs real files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // hls.js and dash.js are large, and each is in a chunk that only a player loads.
    chunkSizeWarningLimit: 1000,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': server, '/live': server, '/vod': server, '/time': server },
  },
});
