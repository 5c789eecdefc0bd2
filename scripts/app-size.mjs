// What the built app costs on the wire, each of its four builds with the style and pictures that it shares with the others: the first
// load, which is the search alone, against its budget; the pages of families, those of staff and those of officers, which come after it,
// on a facility's own device or on a desk, against ceilings. Staff have the day kept on the device with its rules, so that they decide
// without the server too; officers a form that can say every rule of a programme; both say of vendors' systems what each did, in words for every operation. Not counted are the lazily loaded vendor/ folder and the icons and pictures that only an
// installation fetches.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const builds = [
  ['first.html', 'first load', 350],
  ['index.html', 'pages of families', 1175],
  ['staff.html', 'pages of staff', 1085],
  ['office.html', 'pages of officers', 1250],
];
const dist = process.env.YUMIGAHAMA_DIST ?? fileURLToPath(new URL('../dist', import.meta.url));

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(10);

// All pages stand in one folder; each names the code that it starts.
const cost = (page) => {
  const html = readFileSync(join(dist, page), 'utf8');
  const rows = files(dist)
    .map((path) => relative(dist, path))
    .filter((path) => !path.startsWith('vendor/') && !/^icons\/|\.png$/.test(path))
    // The service worker gives the camera and what keeps the day to the devices of staff alone.
    .filter((path) => page === 'staff.html' || !['camera.js', 'vault.js'].includes(path))
    // Fetched by the pages for signing in and for the account, when a passkey is asked for.
    .filter((path) => page !== 'first.html' || path !== 'passkeys.js')
    // Fetched by the page for devices of families.
    .filter((path) => page === 'index.html' || path !== 'push.js')
    .filter((path) => path === page || (!builds.some(([other]) => path === other) && (!/^(web|app)-/.test(path) || html.includes(path))))
    .map((path) => [brotliCompressSync(readFileSync(join(dist, path))).length, path])
    .sort(([a], [b]) => b - a);
  for (const [size, path] of rows) console.log(`${kib(size)}  ${path}`);
  return rows.reduce((sum, [size]) => sum + size, 0);
};

for (const [page, name, most] of builds) {
  const size = cost(page);
  console.log(`${kib(size)}  ${name}, brotli; at most ${most} KiB\n`);
  if (size > most * 1024) process.exitCode = 1;
}
