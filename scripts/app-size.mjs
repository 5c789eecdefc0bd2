// What the first load of the built app costs on the wire, against its ceiling, which only ever comes down towards the aim: everything in dist/ but the
// lazily loaded vendor/ folder and the icons and pictures that only an installation fetches.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const aim = 350 * 1024;
const ceiling = 670 * 1024;
const dist = process.env.YUMIGAHAMA_DIST ?? fileURLToPath(new URL('../dist', import.meta.url));

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

const rows = files(dist)
  .map((path) => relative(dist, path))
  .filter((path) => !path.startsWith('vendor/') && !/^icons\/|\.png$/.test(path))
  .map((path) => [brotliCompressSync(readFileSync(join(dist, path))).length, path])
  .sort(([a], [b]) => b - a);
const total = rows.reduce((sum, [size]) => sum + size, 0);

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(10);
for (const [size, path] of rows) console.log(`${kib(size)}  ${path}`);
console.log(`${kib(total)}  first load, brotli; the ceiling is ${kib(ceiling).trim()}, the aim ${kib(aim).trim()}`);
process.exitCode = total <= ceiling ? 0 : 1;
