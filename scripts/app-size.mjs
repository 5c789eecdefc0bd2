// What the built app costs on the wire: the first load, which is the search in a build of its own, against its
// budget; and everything that any page needs, against a ceiling that otherwise only comes down. It went up to 740 when
// reasons, extras, questions, requests, decisions and exempt cancelling came to the pages of families and staff. Not counted are the lazily
// loaded vendor/ folder and the icons and pictures that only an installation fetches.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const budget = 350 * 1024;
const ceiling = 740 * 1024;
const dist = process.env.YUMIGAHAMA_DIST ?? fileURLToPath(new URL('../dist', import.meta.url));

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(10);

// Both pages stand in one folder; each names the code that it starts.
const cost = (page, other) => {
  const html = readFileSync(join(dist, page), 'utf8');
  const rows = files(dist)
    .map((path) => relative(dist, path))
    .filter((path) => !path.startsWith('vendor/') && !/^icons\/|\.png$/.test(path))
    .filter((path) => path !== other && (!/^web-.*\.(js|wasm)$/.test(path) || html.includes(path)))
    .map((path) => [brotliCompressSync(readFileSync(join(dist, path))).length, path])
    .sort(([a], [b]) => b - a);
  for (const [size, path] of rows) console.log(`${kib(size)}  ${path}`);
  return rows.reduce((sum, [size]) => sum + size, 0);
};

const first = cost('first.html', 'index.html');
console.log(`${kib(first)}  first load, brotli; the budget is ${kib(budget).trim()}\n`);
const whole = cost('index.html', 'first.html');
console.log(`${kib(whole)}  whole app, brotli; the ceiling is ${kib(ceiling).trim()}`);
process.exitCode = first <= budget && whole <= ceiling ? 0 : 1;
