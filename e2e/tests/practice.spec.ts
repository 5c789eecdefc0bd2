// Practice: a nurse tries everything of the board with children who do not exist; nothing of it leaves the page, and the real board and
// what waits on the device are afterwards as they were.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, officerOfYonago, send, staffOfUmineko, tablet, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame, locales, tick } from '../pages/frame.page';
import { Practice } from '../pages/practice.page';

const today = '2027-01-18';
const child = '弓浜 みなと';

/** Everything that the device keeps for staff, as it lies there. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    const databases = (await indexedDB.databases()).map(({ name }) => name!).sort();
    const found: string[] = [localStorage.getItem('yumigahama/unsent') ?? ''];
    for (const name of databases) {
      const database = await answer(indexedDB.open(name));
      for (const { data } of await answer<{ data: ArrayBuffer }[]>(database.transaction('kept').objectStore('kept').getAll())) {
        found.push(`${name} ${[...new Uint8Array(data)].join()}`);
      }
      database.close();
    }
    return found;
  });

/** What the page asks for: nothing that could change anything. */
function watch(page: Page): string[] {
  const asked: string[] = [];
  const harmless = /^\/api\/v1\/(me|notices|settings)(\/|\?|$)/;
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    const isRead = request.method() === 'GET' && (!pathname.startsWith('/api/') || harmless.test(pathname));
    if (!isRead) asked.push(`${request.method()} ${pathname}`);
  });
  return asked;
}

const versions = async (page: Page) => {
  const { days } = await (await page.request.get('/api/v1/staff/today')).json();
  return days[0].entries.map(({ booking }: { booking: { id: string; version: number; state: object } }) => [booking.id, booking.version, booking.state]);
};

test('a nurse tries everything, and nothing of it is real', async ({ browser, house }) => {
  test.setTimeout(600_000);
  const family = await another(browser);
  const known = await newFamily(family.request, child);
  const place = (await freePlaces(family.request, today, today)).find(({ facility }) => facility.name === umineko)!;
  const day = place.openings.find(({ block }) => block === 'day')!;
  const stay = { slot_id: place.slot_id, child_ids: [known.id], starts_at: day.starts_at, ends_at: day.ends_at, ...answered };
  const [booked] = await send<{ id: string }[]>(family.request, '/bookings', stay);
  const page = await another(browser, test.info().project.name === 'phone' ? {} : tablet);
  await house.at(`${today}T08:40:00+09:00`, page);
  await new Door(page).signedIn(staffOfUmineko);
  await new Frame(page).open('/staff');
  const real = new Board(page);
  await real.ready();
  // What she recorded does not get through, and waits on the device.
  await page.route('**/check_in', (route) => route.abort());
  await real.checkIn(child);
  await expect(real.unsent()).toBeVisible();

  const practice = new Practice(page);
  await page.getByRole('link', { name: '架空のお子さんで練習する' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '練習', exact: true })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'practice-before');
  await expect.poll(() => page.evaluate(() => localStorage.getItem('yumigahama/unsent'))).toBe('1');
  const [before, bookings] = [await kept(page), await versions(page)];
  expect(before.length).toBeGreaterThan(1);
  await practice.begun();
  // What was asked for before it began may still come.
  await page.waitForLoadState('networkidle');
  const asked = watch(page);
  await expect(page).toHaveTitle(/^練習中/);
  await expect(real.unsent()).toHaveCount(0);
  await expect(page.getByText(child)).toHaveCount(0);
  await practice.done(0);
  await expectAccessible(page);
  await picture(page, 'practice-begun');

  await practice.board.checkIn('練習 そら');
  await practice.done(1);
  const severe = practice.board.card('これから来る', '練習 ひなた');
  await expect(severe.getByText('落花生（ピーナッツ）')).toBeVisible();
  await severe.getByRole('button', { name: /登園/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('落花生（ピーナッツ）')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'practice-allergy');
  // What the board would refuse is refused here.
  await dialog.getByRole('button', { name: '登園を記録する' }).click();
  await expect(dialog.getByText('送ってきた人を選んでください').first()).toBeVisible();
  await tick(dialog.getByRole('radio').first());
  await dialog.getByRole('button', { name: '登園を記録する' }).click();
  await practice.done(2);
  await (await practice.fix('来ている', '練習 そら')).getByRole('button', { name: '登園の記録を取り消す' }).click();
  await expect(practice.board.card('これから来る', '練習 そら')).toBeVisible();
  await practice.done(3);
  await practice.board.checkOut('練習 りく', '練習 ふみ');
  await practice.done(4);
  await practice.leftAt('練習 めい', '練習 ふみ', '09:00');
  await practice.done(5);
  const fixing = await practice.fix('来ている', '練習 つむぎ');
  await fixing.getByLabel('登園した時刻').fill('08:40');
  await fixing.getByLabel('直す理由').fill('時計の遅れ');
  await fixing.getByRole('button', { name: '直した内容で記録する' }).click();
  await expect(practice.board.card('来ている', '練習 つむぎ')).toContainText('8:40');
  await practice.done(6);
  await practice.fix('来ている', '練習 つむぎ');
  await dialog.getByText('登園・降園の記録').click();
  await expect(dialog.getByText('時計の遅れ')).toBeVisible();
  await dialog.getByRole('button', { name: 'やめる' }).click();
  await practice.board.card('これから来る', '練習 あおい').getByRole('button', { name: /欠席にする/ }).click();
  await dialog.getByRole('button', { name: '欠席を記録する' }).click();
  await expect(practice.board.card('欠席', '練習 あおい')).toBeVisible();
  await practice.done(7);
  await practice.board.request('練習 はる').getByRole('button', { name: /受け入れる/ }).click();
  await expect(page.getByText('練習 はる・練習 なつ').first()).toBeVisible();
  await practice.done(8);

  // Telephone numbers call nobody.
  await practice.board.card('これから来る', '練習 そら').getByRole('link', { name: /練習 まこと/ }).click();
  await expect(page.getByText('練習中のため、電話はかかりません。')).toBeVisible();

  // The server is away, and comes back.
  await practice.setAway();
  await expect(page.getByText(/新しい様子を読み込めません/)).toBeVisible();
  await practice.board.checkIn('練習 そら');
  await expect(practice.board.unsent()).toBeVisible();
  await expect(practice.board.card('来ている', '練習 そら')).toContainText('まだ送っていません');
  await practice.done(8);
  await expectAccessible(page);
  await picture(page, 'practice-away');
  await practice.setAway();
  await expect(practice.board.unsent()).toHaveCount(0);
  await practice.done(9);
  await expect(page.getByText('すべてできました。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'practice-done');

  // On paper as well.
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.practice-paper')).toBeVisible();
  await expect(practice.banner()).toBeVisible();
  await expect(page.getByRole('table').first()).toContainText('練習 つむぎ');
  await picture(page, 'practice-paper');
  await page.emulateMedia({ media: null, forcedColors: 'active' });
  await picture(page, 'practice-forced');
  await page.emulateMedia({ forcedColors: null });

  // The banner never scrolls away; and it can be begun again.
  await page.locator('.footer').scrollIntoViewIfNeeded();
  await expect(practice.banner().getByRole('button', { name: '練習を終わる' })).toBeInViewport();
  await page.getByRole('button', { name: 'はじめからやり直す' }).click();
  await practice.ready();
  await practice.done(0);
  await expect(practice.board.card('来ている', '練習 りく')).toBeVisible();
  await practice.board.checkIn('練習 そら');
  expect(asked).toEqual([]);
  expect(await kept(page)).toEqual(before);
  expect(await versions(page)).toEqual(bookings);

  // The real board is as it was: her record still waits, and is sent as soon as it gets through.
  await practice.end();
  await expect(page.getByText('練習を終わりました。ここからは実際の画面です。')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: '今日の受け入れ', exact: true })).toBeVisible();
  await expect(page).not.toHaveTitle(/練習/);
  await expect(real.unsent()).toContainText('1件');
  await expect(page.getByRole('article', { name: /練習/ })).toHaveCount(0);
  await expect(page.locator('.practice-paper')).toHaveCount(0);
  await page.unroute('**/check_in');
  await expect(real.unsent()).toHaveCount(0);
  await expect(real.card('来ている', child)).toBeVisible();
  const as = (line: object) => JSON.stringify(line);
  const changed = (await versions(page)).filter((line: object) => !bookings.map(as).includes(as(line)));
  expect(changed).toEqual([[booked!.id, 2, expect.objectContaining({ kind: 'checked_in' })]]);
});

test('it ends by loading anew, by signing out and when the device is locked', async ({ browser, house }) => {
  test.setTimeout(300_000);
  const page = await another(browser);
  await house.at(`${today}T08:40:00+09:00`, page);
  await new Door(page).signedIn(staffOfUmineko);
  expect((await page.request.put('/api/v1/auth/pin', { data: { password: staffOfUmineko.password, pin: '2580' } })).status()).toBe(204);
  const practice = new Practice(page);
  const over = async () => {
    await expect(practice.banner()).toHaveCount(0);
    await expect(page.getByText(/練習 (そら|りく)/)).toHaveCount(0);
  };
  await new Frame(page).open('/staff/practice');
  await practice.begun();
  await practice.board.checkIn('練習 そら');
  await page.reload();
  await expect(practice.begin()).toBeVisible();
  await over();
  await practice.begun();
  await practice.done(0);
  // Going elsewhere.
  await page.getByRole('navigation').getByRole('link', { name: '受け入れ', exact: true }).locator('visible=true').first().click();
  await expect(page.getByText('練習を終わりました。')).toBeVisible();
  await over();

  await new Frame(page).open('/staff/account');
  await page.getByRole('button', { name: 'この端末を共用にする' }).click();
  await expect(page.getByText('この端末を共用にしました。')).toBeVisible();
  await new Frame(page).open('/staff/practice');
  await practice.begun();
  await practice.board.checkIn('練習 そら');
  await page.getByRole('button', { name: 'ロックする' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'どなたが使いますか' })).toBeVisible();
  await over();
  expect(await page.content()).not.toContain('練習 そら');
});

test('it begins without the server too, and signing out ends it', async ({ browser, house }) => {
  test.setTimeout(300_000);
  const page = await another(browser, tablet);
  await house.at(`${today}T08:40:00+09:00`, page);
  await new Door(page).signedIn(staffOfUmineko);
  await new Frame(page).open('/staff');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(async () => Boolean(await caches.match('/staff.html')))).toBe(true);
  await house.leave();
  const practice = new Practice(page);
  await page.goto('/staff/practice');
  await practice.begun();
  await practice.board.checkIn('練習 そら');
  await practice.board.checkOut('練習 そら', '練習 ふみ');
  await practice.done(2);
  await house.comeBack(`${today}T08:45:00+09:00`);
  await page.getByRole('button', { name: 'ログアウト' }).click();
  await expect(practice.banner()).toHaveCount(0);
  await expect(page.getByText(/練習 そら/)).toHaveCount(0);
  await expect(page.getByText(/ログアウトしました/)).toBeVisible();
});

test('it is for staff alone', async ({ browser, house }) => {
  const [nobody, family, officer] = [await another(browser), await another(browser), await another(browser)];
  await house.at(`${today}T08:40:00+09:00`, nobody, family, officer);
  await newFamily(family.request);
  await send(officer.request, '/auth/login', officerOfYonago);
  await nobody.goto('/staff/practice');
  await expect(nobody).toHaveURL(/sign_in/);
  await new Frame(family).open('/staff/practice');
  await expect(family.getByRole('heading', { level: 1, name: 'この画面は開けません' })).toBeVisible();
  await officer.goto('/staff/practice');
  await expect(officer).toHaveURL(/\/office$/);
  for (const page of [nobody, family, officer]) await expect(new Practice(page).begin()).toHaveCount(0);
});

test('it fits big letters and every language', async ({ browser, house }) => {
  test.setTimeout(300_000);
  const page = await another(browser, test.info().project.name === 'phone' ? {} : tablet);
  await house.at(`${today}T08:40:00+09:00`, page);
  await new Door(page).signedIn(staffOfUmineko);
  for (const [locale, size] of [...locales.map((locale) => [locale, '100'] as const), ...['150', '200'].map((size) => [locales[0], size] as const)]) {
    await new Frame(page).open('/staff/practice', locale);
    await page.evaluate((size) => document.documentElement.setAttribute('data-type-size', size), size);
    await page.locator('main').getByRole('button').last().click();
    await expect(page.locator('.practice-banner')).toBeVisible();
    await expect(page.locator('.board-card').first()).toBeVisible();
    const name = `practice-${locale.tag}-${size}`;
    await page.locator('.footer').scrollIntoViewIfNeeded();
    await expect(page.locator('.practice-banner .button')).toBeInViewport();
    await page.evaluate(() => scrollTo(0, 0));
    const { wide, window } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: document.documentElement.clientWidth }));
    expect.soft(wide, name).toBeLessThanOrEqual(window);
    await expectAccessible(page);
    await picture(page, name);
    await page.getByRole('button', { name: /練習 ひなた/ }).first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.waitForTimeout(100);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}-dialog-${test.info().project.name}.png` });
  }
});
