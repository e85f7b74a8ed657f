// Serves a folder without any header but the type: what the page may do is in the page.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.txt': 'text/plain' };

export function serve(folder) {
  const server = createServer((request, response) => {
    const path = join(folder, normalize(new URL(request.url, 'http://x').pathname.replace(/\/$/, '/index.html')));
    if (!path.startsWith(folder) || !existsSync(path)) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': `${TYPES[extname(path)]}; charset=utf-8` }).end(readFileSync(path));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ server, address: `http://127.0.0.1:${server.address().port}/` })));
}
