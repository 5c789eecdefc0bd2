// The end of a month: what is missing is recorded, the month is locked and claimed, what is put right afterwards comes with the next claim,
// and both cities settle what was used across the border. And an officer changes the unit price by which all of it is reckoned.
import { writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { APIRequestContext, Browser, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, certify, demoPassword, freePlaces, newFamily, officerOfYonago, sakaiminato, send, staffOfUmineko, umineko, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door, type Person } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame, tick } from '../pages/frame.page';

const officerOfSakaiminato = { email: 'office.sakaiminato@example.jp', password: demoPassword };
const staffOfPocket = { email: 'staff.yonago@example.jp', password: demoPassword };
const child = '浜辺 なぎ';
const guardian = '浜辺 みお';
const january = '/staff/claims/2027-01';

interface Found {
  booking_id: string;
  blocks: boolean;
  starts_at: string;
  reason: { code: string };
}

interface Claim {
  found: Found[];
  lines: { residence: string; compact_id?: string; benefit_yen: number; relief_yen: number }[];
}

async function looked(page: Page, name: string): Promise<void> {
  await new Frame(page).ready();
  await expectAccessible(page);
  await picture(page, name);
}

async function read<Answer>(api: APIRequestContext, path: string): Promise<Answer> {
  const answer = await api.get(`/api/v1${path}`);
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return answer.json();
}

/** Two hours of open nursery in the other city. */
async function booked(api: APIRequestContext, child_id: string, day: string): Promise<string> {
  const places = await freePlaces(api, day, day, 'open_nursery');
  const place = places.find(({ facility, bookable }) => facility.name === umineko && bookable)!;
  const at = (clock: string) => `${day}T${clock}:00+09:00`;
  const stay = { slot_id: place.slot_id, starts_at: at('13:00'), ends_at: at('15:00'), child_ids: [child_id] };
  const [booking] = await send<{ id: string }[]>(api, '/bookings', { ...stay, answers: [{ key: 'health', value: 'well' }] });
  return booking!.id;
}

const minutesAfter = (moment: string, minutes: number) => new Date(new Date(moment).getTime() + minutes * 60_000).toISOString();

async function came(staff: APIRequestContext, booking: string, at: string): Promise<void> {
  await send(staff, `/bookings/${booking}/check_in`, { occurred_at: at, person: { kind: 'guardian' } });
}

async function left(staff: APIRequestContext, booking: string, at: string): Promise<void> {
  await send(staff, `/bookings/${booking}/check_out`, { occurred_at: at, person: { kind: 'guardian' } });
}

/** Everybody else of the demo world came and left, so that only what the journey is about stays open. */
async function recordOthers(staff: APIRequestContext, own: string[]): Promise<void> {
  await expect(async () => {
    const { found } = await read<Claim>(staff, january);
    for (const one of found.filter(({ blocks, booking_id }) => blocks && !own.includes(booking_id))) {
      if (one.reason.code === 'claims.unconfirmed') await came(staff, one.booking_id, one.starts_at);
      await left(staff, one.booking_id, minutesAfter(one.starts_at, 60));
    }
    expect((await read<Claim>(staff, january)).found.filter(({ blocks }) => blocks)).toHaveLength(1);
  }).toPass({ timeout: 120_000 });
}

/** Somebody else takes the device. */
async function signedInAs(page: Page, person: Person): Promise<void> {
  await page.context().clearCookies();
  await new Door(page).signedIn(person);
}

const month = (page: Page, of?: string) => new Frame(page).open(`/staff/month${of ? `?month=${of}` : ''}`);
const lockButton = (page: Page) => page.getByRole('button', { name: '締めて請求する' });

/** The missing check-out leads to its day, where it is recorded with the time as it was. */
async function mend(page: Page): Promise<void> {
  await page.getByRole('link', { name: `その日の記録を直す ${child}` }).click();
  const board = new Board(page);
  await board.card('来ている', child).getByRole('button', { name: /降園/ }).click();
  const dialog = page.getByRole('dialog');
  await tick(dialog.getByRole('radio', { name: guardian }));
  await dialog.getByRole('button', { name: '降園を記録する' }).click();
  await expect(dialog.getByText('時刻を入力してください。')).toBeVisible();
  await dialog.getByLabel('時刻').fill('15:00');
  await picture(page, 'claims-mend');
  await dialog.getByRole('button', { name: '降園を記録する' }).click();
  await expect(board.card('帰った', child)).toBeVisible();
  await page.getByRole('navigation').getByRole('link', { name: '月次・請求' }).click();
}

/** Forty minutes late after all. */
async function correct(page: Page): Promise<void> {
  await new Frame(page).open('/staff?day=2027-01-20');
  await new Board(page).card('帰った', child).getByRole('button', { name: /記録を直す/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('降園した時刻').fill('15:40');
  await dialog.getByRole('textbox', { name: /直す理由/ }).fill('時刻の誤り');
  await dialog.getByRole('button', { name: '直した内容で記録する' }).click();
  await expect(page.getByText(/記録を直しました/)).toBeVisible();
}

async function paid(page: Page): Promise<void> {
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: guardian }) });
  await row.getByRole('button', { name: '入金済みにする' }).click();
  await expect(row.getByText(/^入金済み \d/)).toBeVisible();
  await expect(row.getByRole('button', { name: '入金を取り消す' })).toBeFocused();
  await row.getByRole('button', { name: '入金を取り消す' }).click();
  await expect(row.getByText(/^入金済み \d/)).toHaveCount(0);
  await row.getByRole('button', { name: '入金済みにする' }).click();
  await expect(row.getByText(/^入金済み \d/)).toBeVisible();
}

/** Every paper that the page offers is there; with PICTURES they are kept to be looked at, too. */
async function papers(page: Page, name: string): Promise<void> {
  const links = page.locator('a[download]');
  const all = await links.evaluateAll((links: HTMLAnchorElement[]) => links.map((link) => link.getAttribute('href')!));
  expect(all.length).toBeGreaterThan(0);
  for (const [n, href] of all.entries()) {
    const answer = await page.request.get(href);
    expect(answer.status(), href).toBe(200);
    const folder = process.env.PICTURES;
    if (folder) await writeFile(join(folder, `${name}-${n}${extname(new URL(href, page.url()).pathname)}`), new Uint8Array(await answer.body()));
  }
}

/** A month whose answer is away: said so, and there with another try. */
async function offline(page: Page): Promise<void> {
  await page.route('**/api/v1/staff/claims/**', (route) => route.abort());
  await page.goto('/staff/month');
  await expect(page.getByRole('button', { name: 'もう一度試す' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'claims-offline');
  await page.unroute('**/api/v1/staff/claims/**');
  await page.getByRole('button', { name: 'もう一度試す' }).click();
  await expect(page.getByText('締めてあります')).toBeVisible();
}

async function closeMonth(page: Page): Promise<void> {
  await month(page);
  await expect(page.getByText('2027年1月').first()).toBeVisible();
  await expect(page.getByRole('heading', { name: '先に直してください（1件）' })).toBeVisible();
  await expect(lockButton(page)).toHaveAttribute('aria-disabled', 'true');
  await looked(page, 'claims-open');
  await mend(page);
  await expect(page.getByRole('heading', { name: /先に直してください/ })).toHaveCount(0);
  await lockButton(page).click();
  await expect(page.getByText('締めてあります')).toBeVisible();
  await expect(page.locator('div[tabindex="-1"]').filter({ hasText: '締めてあります' })).toBeFocused();
  await expect(lockButton(page)).toHaveCount(0);
  await looked(page, 'claims-locked');
  await paid(page);
  await papers(page, 'claims-paper');
  await picture(page, 'claims-paid');
}

test('a month is put right, locked and claimed, and both cities settle it', async ({ page, browser, house }) => {
  test.setTimeout(600_000);
  const family = await another(browser);
  const known = await newFamily(family.request, child, guardian);
  await certify(family.request, browser, known);
  const [first, second] = [await booked(family.request, known.id, '2027-01-20'), await booked(family.request, known.id, '2027-01-21')];

  await house.at('2027-02-01T09:00:00+09:00', page, family);
  await signedInAs(page, staffOfUmineko);
  await came(page.request, first, '2027-01-20T13:00:00+09:00');
  await left(page.request, first, '2027-01-20T15:00:00+09:00');
  await came(page.request, second, '2027-01-21T13:00:00+09:00');
  await recordOthers(page.request, [first, second]);
  await closeMonth(page);

  // What is put right afterwards is told here and comes with the next claim, with the reason.
  await correct(page);
  await month(page, '2027-01');
  await expect(page.getByText('締めたあとに変わった利用があります')).toBeVisible();
  await expect(page.getByText('時刻の誤り').first()).toBeVisible();
  await looked(page, 'claims-ahead');
  await month(page, '2027-02');
  await expect(page.getByText('この月はまだ終わっていません').first()).toBeVisible();
  await page.locator('summary').getByText('すべての明細を見る').click();
  await expect(page.getByText(/2027年1月の\d+番の訂正/)).toBeVisible();
  await looked(page, 'claims-next');
  await month(page, '2026-05');
  await expect(page.getByText(/^この月の利用は/)).toBeVisible();
  await looked(page, 'claims-empty');
  await offline(page);

  const claim = await read<Claim>(page.request, january);
  await settle(page, browser, claim);
  await strangers(page, browser, family);
});

const settlementRow = (page: Page, other: string) => page.getByRole('row').filter({ hasText: other }).getByRole('link', { name: '2027年1月' });
const settlementLock = (page: Page) => page.getByRole('button', { name: '確定する' });

async function write(page: Page, words: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '送る' }).click();
  await expect(dialog.getByText('内容を入力してください。')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('textbox').fill(words);
  await picture(page, `settlement-writing-${words.length}`);
  await dialog.getByRole('button', { name: '送る' }).click();
}

/** Each city's officer on a device of their own: a comment, an answer, the comment closed, and both locks. */
async function settle(page: Page, browser: Browser, claim: Claim): Promise<void> {
  const mine = page;
  await signedInAs(mine, officerOfSakaiminato);
  await new Frame(mine).open('/office/settlements');
  await looked(mine, 'settlements');
  await settlementRow(mine, yonago.name).click();
  await expect(mine.getByRole('heading', { level: 1, name: '精算書' })).toBeVisible();
  await looked(mine, 'settlement');
  const path = new URL(mine.url()).pathname.replace('/office', '');
  const told = await read<{ gets_yen: number; pays_yen: number }>(mine.request, path);
  const across = claim.lines.filter((line) => line.residence === yonago.code && line.compact_id);
  expect(told.gets_yen, 'to the yen').toBe(across.reduce((sum, line) => sum + line.benefit_yen + line.relief_yen, 0));
  expect(told.gets_yen).toBeGreaterThan(0);

  await mine.getByRole('button', { name: 'コメントする 1', exact: true }).click();
  await write(mine, '利用時刻をご確認ください。');
  await expect(mine.getByText('コメントを送りました。')).toBeVisible();
  await expect(mine.getByText('解決していないコメントが1件あります。')).toBeVisible();
  await expect(settlementLock(mine)).toHaveAttribute('aria-disabled', 'true');
  await looked(mine, 'settlement-commented');

  const theirs = await another(browser);
  await theirs.clock.setFixedTime(new Date('2027-02-01T09:00:00+09:00'));
  await signedInAs(theirs, officerOfYonago);
  await new Frame(theirs).open('/office/settlements');
  await settlementRow(theirs, sakaiminato.name).click();
  await expect(theirs.getByText('利用時刻をご確認ください。')).toBeVisible();
  await expect(theirs.getByRole('button', { name: /解決済みにする/ })).toHaveCount(0);
  await theirs.getByRole('button', { name: /^回答する/ }).click();
  await write(theirs, '記録のとおりです。');
  await expect(theirs.getByText('回答を送りました。')).toBeVisible();
  await picture(theirs, 'settlement-answered');

  await mine.reload();
  await expect(mine.getByText('記録のとおりです。')).toBeVisible();
  await mine.getByRole('button', { name: /解決済みにする/ }).click();
  await expect(mine.getByText('解決済みにしました。')).toBeVisible();
  await settlementLock(mine).click();
  await expect(mine.getByText('相手市の確認待ち')).toBeVisible();
  await theirs.reload();
  await expect(theirs.getByText('こちらの確認待ち')).toBeVisible();
  await settlementLock(theirs).click();
  await expect(theirs.getByText('確定しました。')).toBeVisible();
  await expect(theirs.getByRole('button', { name: /コメントする/ })).toHaveCount(0);
  await mine.reload();
  await expect(mine.getByText('確定', { exact: true })).toBeVisible();
  await looked(mine, 'settlement-closed');
  await papers(mine, 'settlement-paper');
}

/** Another facility, another city, a family: each sees its own or nothing. */
async function strangers(page: Page, browser: Browser, family: Page): Promise<void> {
  const settlement = new URL(page.url()).pathname;
  // The city of the page itself is no other city.
  await new Frame(page).open(settlement.replace(yonago.code, sakaiminato.code));
  await expect(page.getByRole('alert')).toBeVisible();
  await looked(page, 'settlement-none');
  const pocket = await another(browser);
  await pocket.clock.setFixedTime(new Date('2027-02-01T09:00:00+09:00'));
  await signedInAs(pocket, staffOfPocket);
  await month(pocket, '2027-01');
  await expect(pocket.getByText(guardian)).toHaveCount(0);
  expect((await pocket.request.get(`/api/v1${settlement.replace('/office', '')}`)).status()).toBe(403);
  await new Frame(family).open('/staff/month');
  await expect(family.getByRole('heading', { level: 1, name: 'この画面は開けません' })).toBeVisible();
  await new Frame(family).open('/office/settlements');
  await expect(family.getByRole('heading', { level: 1, name: 'この画面は開けません' })).toBeVisible();
  for (const path of [january, '/settlements']) expect((await family.request.get(`/api/v1${path}`)).status(), path).toBe(403);
}

test('an officer changes the unit price from the next fiscal year on', async ({ page, house }) => {
  await house.at('2027-01-18T09:00:00+09:00', page);
  const frame = new Frame(page);
  await signedInAs(page, officerOfYonago);
  await frame.open('/office/programmes');
  const nursery = page.getByRole('heading', { level: 2, name: /こども誰でも通園制度/ }).locator('..');
  await nursery.getByRole('link').last().click();
  await expect(page.getByRole('heading', { level: 2, name: '公定単価（市が施設に支払う額）' })).toBeVisible();
  await expect(page.getByText(/1歳未満 1時間：1,700円/)).toBeVisible();
  await page.getByRole('link', { name: 'この版をもとに新しい版を作る' }).click();
  await page.locator('summary', { hasText: '公定単価' }).click();
  const rate = page.locator('#rule-terms-benefit-rates-0-yen');
  await expect(rate).toHaveValue('1700');
  await rate.fill('');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await rate.fill('1800');
  const differences = page.getByRole('region', { name: '前の版との違い' });
  await expect(differences.getByText(/1,800円/)).toBeVisible();
  await rate.scrollIntoViewIfNeeded();
  await looked(page, 'programme-benefit');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。別の職員の確認を待っています。')).toBeVisible();
  await expect(page.getByText(/1歳未満 1時間：1,800円/).first()).toBeVisible();
});
