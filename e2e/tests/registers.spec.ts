// Files of the city's registers: looked at three ways, decided by a person, taken in, and refused whole with an individual number.
import { randomInt } from 'node:crypto';
import { type APIRequestContext, type Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { demoPassword, send, stranger, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

const officerOfYonago = { email: 'office.yonago@example.jp', password: demoPassword };
const head =
  '様式,全国地方公共団体コード,住民キー,世帯キー,カナ,生年月日,住民となった日,世帯区分1,世帯区分1開始日,世帯区分1終了日';

/** A reading that nobody else has. */
function reading(): string {
  const letters = 'アカサタナハマヤラワイキシチニヒミリ';
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('');
}

interface Known {
  family: string;
  kana: string;
  name: string;
}

/** A family of Yonago with one child whom an extract can mean. */
async function family(api: APIRequestContext, name: string): Promise<Known> {
  const { email, password } = stranger();
  const guardian = { name: '弓浜 みどり', kana: 'ゆみはま みどり', phone: '090-1234-5678' };
  await send(api, '/auth/register', { email, password, ...guardian, municipality: yonago.code, locale: 'ja' });
  const kana = reading();
  await send(api, '/children', { name, kana, born: '2025-03-10' });
  return { family: (await (await api.get('/api/v1/family')).json()).id, kana, name };
}

function row(key: string, kana: string, household = ''): string {
  const classes = household ? `${household},2026-04-01,2027-03-31` : ',,';
  return `residents/1,${yonago.code},${key},H-${key},${kana},2025-03-10,2025-03-10,${classes}`;
}

/** Has gone through the door, to the first page of officers. */
async function signedIn(page: Page): Promise<void> {
  await new Door(page).signedIn(officerOfYonago);
  await expect(page.getByRole('heading', { level: 1, name: '今日、対応が必要なこと' })).toBeVisible();
}

async function pick(page: Page, rows: string[]): Promise<void> {
  const buffer = Buffer.from(`\u{feff}${[head, ...rows].join('\r\n')}\r\n`);
  await page.getByLabel('ファイル（CSV）').setInputFiles({ name: 'residents_v1.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: '内容を確認する' }).click();
}

test('an officer reads what differs, decides, and takes the file in', async ({ page, browser }) => {
  test.slow();
  const frame = new Frame(page);
  const mine = await (await browser.newContext()).newPage();
  await mine.goto('/');
  const one = await family(mine.request, '弓浜 ほたる');
  const other = await family((await browser.newContext()).request, '弓浜 いぶき');
  await signedIn(page);
  for (const locale of locales) {
    await frame.open('/office/registers', locale);
    await expectAccessible(page);
  }
  await frame.open('/office/registers');
  await picture(page, 'office-registers');
  // Both sides know something else of the second household.
  await page.request.put(`/api/v1/families/${other.family}/household_classes`, {
    data: { classes: [{ class: 'single_parent', valid_from: '2026-04-01' }] },
  });
  const keys = [reading(), reading()].map((key) => Buffer.from(key).toString('hex').slice(0, 20));
  const rows = [
    row(`a${keys[0]}`, one.kana, 'public_assistance'),
    row(`b${keys[1]}`, other.kana, 'public_assistance'),
    row('nobody', reading()),
    row('broken', 'kana'),
  ];
  await pick(page, rows);
  await expect(page.getByText(/4行: 反映 1、変わりなし 0、こちらを維持 0、要判断 1、登録のない方 1、誤り 1/)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'ファイルの内容' })).toBeFocused();
  await expect(page.getByRole('heading', { name: '弓浜 いぶき' })).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'office-registers-differences');
  await page.getByRole('radio', { name: 'ファイルの内容にする' }).check({ force: true });
  await page.getByRole('button', { name: 'この内容で取り込む' }).click();
  await expect(page.getByText('ファイルを取り込みました。').first()).toBeVisible();
  await expect(page.getByText(/反映 2、変わりなし 0/).first()).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'office-registers-done');
  const proof = await (await mine.request.get('/api/v1/family')).json();
  expect(proof.residence_proof.by).toBe('register');
  expect(proof.household[0].class).toBe('public_assistance');
  // The same file again changes nothing.
  await pick(page, rows);
  await expect(page.getByText(/4行: 反映 0、変わりなし 2/).first()).toBeVisible();
});

test('a file with an individual number is refused whole', async ({ page }) => {
  await signedIn(page);
  await page.goto('/office/registers');
  await page.getByRole('button', { name: '内容を確認する' }).click();
  await expect(page.getByText('ファイルを選んでください。')).toBeVisible();
  await pick(page, [row('R-1', reading()), row('1234-5678-9018', reading())]);
  await expect(page.getByText('このファイルは受け付けられません。')).toBeVisible();
  await expect(page.getByText(/個人番号（マイナンバー）と見られる12桁/)).toBeVisible();
  await expect(page.getByText('9018')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'この内容で取り込む' })).toHaveCount(0);
  await new Frame(page).ready();
  await expectAccessible(page);
  await picture(page, 'office-registers-refused');
});
