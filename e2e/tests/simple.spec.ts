// Simple mode: hints at first use, bigger letters, and only what the facility uses.
import { expectAccessible } from '../fixtures/axe';
import { another, staffOfUmineko, tablet } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame, tick } from '../pages/frame.page';

const pages = ['/staff', '/staff/week', '/staff/scan', '/staff/slots', '/staff/statements', '/staff/parts', '/staff/account', '/staff/entry'];

test('a page says once how it is used, and again whenever it is asked', async ({ browser }) => {
  const page = await another(browser);
  await new Door(page).signedIn(staffOfUmineko);
  const frame = new Frame(page);
  await frame.open('/staff');
  const board = new Board(page);
  await board.ready();
  const hint = page.getByText('お子さんが来たら「登園」');
  await expect(hint).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'simple-guide');
  await page.getByText('この画面の使い方').click();
  await expect(hint).toBeHidden();
  await page.reload();
  await board.ready();
  await expect(hint).toBeHidden();
  await page.getByText('この画面の使い方').click();
  await expect(hint).toBeVisible();
  // Each page has its own.
  await frame.open('/staff/week');
  await expect(page.getByText('1週間の予約を、日ごとに確認できます。')).toBeVisible();
});

test('a facility hides what it does not use', async ({ browser }) => {
  const page = await another(browser);
  await new Door(page).signedIn(staffOfUmineko);
  const frame = new Frame(page);
  await frame.open('/staff/account');
  await page.getByRole('link', { name: '使う機能の設定' }).click();
  const nav = page.getByRole('navigation', { name: '施設のメニュー' });
  await expect(nav.getByRole('link', { name: '週', exact: true })).toBeVisible();
  await expect(page.getByRole('group', { name: 'この施設で使う機能' })).toBeVisible();
  for (const name of ['週', '電話で受け付ける']) await page.getByRole('checkbox', { name }).uncheck({ force: true });
  await page.getByRole('button', { name: '設定を保存する' }).click();
  await expect(page.getByText('使う機能の設定を保存しました。')).toBeVisible();
  await expect(nav.getByRole('link', { name: '週', exact: true })).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'simple-parts');
  // For a colleague on another device as well; the address still leads there, and says so. The API is the same.
  const other = await another(browser, tablet);
  await new Door(other).signedIn(staffOfUmineko);
  const theirs = other.getByRole('navigation', { name: '施設のメニュー' });
  await new Frame(other).open('/staff/week');
  await expect(other.getByText('この機能は、施設で使わない設定になっています。')).toBeVisible();
  await expect(theirs.getByRole('link', { name: '週', exact: true })).toHaveCount(0);
  await expectAccessible(other);
  await picture(other, 'simple-hidden');
  expect((await other.request.get('/api/v1/staff/today')).status()).toBe(200);
  await new Frame(other).open('/staff');
  await expect(other.getByRole('link', { name: '電話で受け付ける' })).toHaveCount(0);
  await new Frame(other).open('/staff/week');
  await other.getByRole('link', { name: '使う機能の設定を変更する' }).click();
  await tick(other.getByRole('checkbox', { name: '週' }));
  await other.getByRole('button', { name: '設定を保存する' }).click();
  await expect(theirs.getByRole('link', { name: '週', exact: true })).toBeVisible();
});

test('bigger letters fit every page of staff', async ({ browser }) => {
  test.setTimeout(180_000);
  const phone = test.info().project.name === 'phone';
  const page = await another(browser, phone ? {} : tablet);
  await new Door(page).signedIn(staffOfUmineko);
  const frame = new Frame(page);
  await frame.open('/staff/account');
  const before = await page.locator('h1').evaluate((title) => parseFloat(getComputedStyle(title.parentElement!).fontSize));
  await tick(page.getByRole('radio', { name: '200％' }));
  await expect.poll(() => page.locator('h1').evaluate((title) => parseFloat(getComputedStyle(title.parentElement!).fontSize))).toBe(before * 2);
  await expectAccessible(page);
  for (const path of pages) {
    await frame.open(path);
    const { wide, window } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: document.documentElement.clientWidth }));
    await picture(page, `simple-big${path.replaceAll('/', '-')}`);
    expect.soft(wide, `${path} at 200 %`).toBeLessThanOrEqual(window);
  }
  for (const size of ['125', '150']) {
    await frame.open('/staff/account');
    await tick(page.getByRole('radio', { name: `${size}％` }));
    await frame.open('/staff');
    const { wide, window } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: document.documentElement.clientWidth }));
    expect.soft(wide, `the board at ${size} %`).toBeLessThanOrEqual(window);
  }
});
