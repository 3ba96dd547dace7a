// A static file server on the loopback, on a port the system picks.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * Serves `folder`, and `pages` (`{ path: text }`) before it; paths in `absent` are not there, and
 * `typed` (`{ extension: type }`) are served as something else than they are. Answers with the origin
 * and a way to stop.
 */
export async function serve(folder, { pages = {}, headers = {}, absent = [], typed = {} } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const type = typed[extname(path)] ?? types[extname(path)] ?? (path.endsWith("/") ? types[".html"] : "application/octet-stream");
    const send = (status, extra = {}) => response.writeHead(status, { ...headers, ...extra });
    if (path in pages) {
      send(200, { "content-type": type });
      response.end(pages[path]);
      return;
    }
    const file = join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path));
    const found = file.startsWith(folder) && statSync(file, { throwIfNoEntry: false })?.isFile();
    if (!found || absent.includes(path)) {
      send(404);
      response.end();
      return;
    }
    send(200, { "content-type": type });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
