// One tablet, two nurses: each steps in front of it by a PIN, and what each records carries her own name.
import type { APIRequestContext, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, pocket, send, staffOfUmineko, tablet, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame, tick } from '../pages/frame.page';

const today = '2027-01-18';
const at = (clock: string) => `${today}T${clock}:00+09:00`;
const colleague = { email: 'nurse@example.jp', password: 'hamabe-no-asa-2027' };
const elsewhere = { email: 'elsewhere@example.jp', password: 'hamabe-no-asa-2027' };
const kaede = '江島 かえで';
const mendan = '面談 係';
const pins = { kaede: '2580', mendan: '90210734' };
const child = '弓浜 みなと';

async function setPin(api: APIRequestContext, person: { email: string; password: string }, pin: string): Promise<void> {
  await send(api, '/auth/login', person);
  const answer = await api.put('/api/v1/auth/pin', { data: { password: person.password, pin } });
  expect(answer.status(), await answer.text()).toBe(204);
}

/** Steps in front of the tablet by the keys on the screen. */
async function tapPin(page: Page, name: string, pin: string): Promise<void> {
  await page.getByRole('button', { name }).click();
  for (const digit of pin) await page.getByRole('group', { name: '数字のキー' }).getByRole('button', { name: digit, exact: true }).click();
  await page.getByRole('button', { name: 'ロックを解除する' }).click();
}

async function checkIn(board: Board, by: '登園' | '降園'): Promise<void> {
  const [from, to] = by === '登園' ? (['これから来る', '来ている'] as const) : (['来ている', '帰った'] as const);
  await board.card(from, child).getByRole('button', { name: new RegExp(by) }).first().click();
  const dialog = board.page.getByRole('dialog');
  await tick(dialog.getByRole('radio', { name: '弓浜 みどり' }));
  await dialog.getByRole('button', { name: `${by}を記録する` }).click();
  await expect(board.card(to, child)).toBeVisible();
}

test('two nurses share a tablet', async ({ browser, house }) => {
  test.setTimeout(300_000);
  const family = await another(browser);
  await newFamily(family.request, child);
  const place = (await freePlaces(family.request, today, today)).find(({ facility }) => facility.name === umineko)!;
  const day = place.openings.find(({ block }) => block === 'day')!;
  const children: { items: { id: string }[] } = await (await family.request.get('/api/v1/children')).json();
  const wish = { slot_id: place.slot_id, child_ids: [children.items[0]!.id], starts_at: day.starts_at, ends_at: day.ends_at, ...answered };
  const booking = (await send<{ id: string }[]>(family.request, '/bookings', wish))[0]!.id;
  await house.addStaff(umineko, colleague.email, colleague.password);
  await house.addStaff(pocket, elsewhere.email, elsewhere.password);
  const office = await another(browser);
  await setPin(office.request, elsewhere, '1357');
  await setPin(office.request, colleague, pins.mendan);

  // The account's page: a PIN that is easy to guess is refused, then the device is shared.
  const page = await another(browser, test.info().project.name === 'phone' ? {} : tablet);
  await house.at(at('08:05'), page, office);
  const frame = new Frame(page);
  await new Door(page).signedIn(staffOfUmineko);
  await frame.open('/staff/account');
  await expect(page.getByText('PINはまだ設定されていません。')).toBeVisible();
  await page.getByLabel('新しいPIN').fill('1234');
  await page.getByRole('button', { name: 'PINを設定する' }).click();
  await expect(page.getByText('推測されやすいPINです').first()).toBeVisible();
  await page.getByLabel('新しいPIN').fill('２５８０');
  await page.locator('#pin_password').fill('違うパスワード');
  await page.getByRole('button', { name: 'PINを設定する' }).click();
  await expect(page.getByText('いまのパスワードが違います。').first()).toBeVisible();
  await page.getByLabel('新しいPIN').fill('２５８０');
  await page.locator('#pin_password').fill(staffOfUmineko.password);
  await page.getByRole('button', { name: 'PINを設定する' }).click();
  await expect(page.getByText('PINを設定しました。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'pin-account');
  await page.getByRole('button', { name: 'この端末を共用にする' }).click();
  await expect(page.getByText('この端末を共用にしました。')).toBeVisible();

  const board = new Board(page);
  await board.ready();
  await checkIn(board, '登園');
  await picture(page, 'pin-board');
  // Locked: nothing of children is left on the page, and only this facility's people with a PIN are offered.
  await page.getByRole('button', { name: 'ロックする' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'どなたが使いますか' })).toBeVisible();
  await expect(page.getByRole('button', { name: kaede })).toBeVisible();
  await expect(page.locator('.face-button')).toHaveCount(2);
  expect(await page.content()).not.toContain(child);
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(child);
  expect((await page.request.get('/api/v1/staff/today')).status()).toBe(423);
  await expectAccessible(page);
  await picture(page, 'pin-locked');

  // Somebody else's PIN is a wrong one; said aloud, and the field is ready for the next try.
  await tapPin(page, mendan, pins.kaede);
  await expect(page.getByRole('alert')).toContainText('PINが違います');
  await expect(page.getByLabel('PIN', { exact: true })).toBeFocused();
  await expect(page.getByLabel('PIN', { exact: true })).toHaveValue('');
  await expectAccessible(page);
  await picture(page, 'pin-wrong');
  // The keyboard does as well.
  await page.keyboard.type(pins.mendan);
  await page.keyboard.press('Enter');
  await expect(page.getByText(`${mendan}さんが使っています`)).toBeVisible();
  await board.ready();
  await checkIn(board, '降園');
  const history: { by: unknown; kind: string }[] = await (await page.request.get(`/api/v1/bookings/${booking}/attendance`)).json();
  expect(history.map(({ kind }) => kind)).toEqual(['checked_in', 'checked_out']);

  // Nobody touches it: after some minutes it locks itself, also where it was closed meanwhile.
  await page.clock.setFixedTime(new Date(at('08:12')));
  await expect(page.getByRole('heading', { level: 1, name: 'どなたが使いますか' })).toBeVisible({ timeout: 20_000 });
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'どなたが使いますか' })).toBeVisible();

  // After too many wrong ones there is a wait, for this person alone.
  await page.getByRole('button', { name: mendan }).click();
  for (let wrong = 0; wrong < 5; wrong += 1) {
    await page.keyboard.type('4711');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('PINが違います');
  }
  await page.keyboard.type(pins.mendan);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('お待ちください');
  await picture(page, 'pin-wait');
  await page.getByRole('button', { name: '名前を選び直す' }).click();
  await tapPin(page, kaede, pins.kaede);
  await expect(page.getByText(`${kaede}さんが使っています`)).toBeVisible();

  // The server is away: the tablet stays open for who is in front, and says so.
  await board.ready();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(async () => Boolean(await caches.match('/staff.html')))).toBe(true);
  await house.leave();
  await page.getByRole('button', { name: 'ロックする' }).first().click();
  await expect(page.getByText('サーバーにつながらないため、ロックできません。')).toBeVisible({ timeout: 20_000 });
  await page.clock.setFixedTime(new Date(at('08:30')));
  await page.reload();
  await expect(board.card('帰った', child)).toBeVisible({ timeout: 20_000 });
  await picture(page, 'pin-away');
  await house.comeBack(at('08:31'));
  await page.clock.setFixedTime(new Date(at('08:36')));
  await expect(page.getByRole('heading', { level: 1, name: 'どなたが使いますか' })).toBeVisible({ timeout: 20_000 });
  // The facility's day survives the change of person.
  expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toContain('yumigahama-roster');

  await page.getByText('この端末の共用を終える').click();
  await page.getByRole('button', { name: '共用を終える' }).click();
  await expect(page.getByText('共用を終えて、ログアウトしました。')).toBeVisible();
  expect((await page.request.get('/api/v1/me')).status()).toBe(401);
  await expect(async () => {
    expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).not.toContain('yumigahama-roster');
  }).toPass();
});

test('what one nurse recorded goes in her own name before the next one steps in', async ({ browser, house }) => {
  test.skip(test.info().project.name === 'phone', 'the same tablet on both');
  test.setTimeout(300_000);
  const family = await another(browser);
  await newFamily(family.request, child);
  const place = (await freePlaces(family.request, today, today)).find(({ facility }) => facility.name === umineko)!;
  const day = place.openings.find(({ block }) => block === 'day')!;
  const children: { items: { id: string }[] } = await (await family.request.get('/api/v1/children')).json();
  const wish = { slot_id: place.slot_id, child_ids: [children.items[0]!.id], starts_at: day.starts_at, ends_at: day.ends_at, ...answered };
  const booking = (await send<{ id: string }[]>(family.request, '/bookings', wish))[0]!.id;
  await house.addStaff(umineko, colleague.email, colleague.password);
  const office = await another(browser);
  await setPin(office.request, colleague, pins.mendan);
  await setPin(office.request, staffOfUmineko, pins.kaede);
  const page = await another(browser, tablet);
  await house.at(at('08:05'), page, office);
  await new Door(page).signedIn(staffOfUmineko);
  const shared = await page.request.post('/api/v1/auth/tablet/share');
  expect(shared.status(), await shared.text()).toBe(204);
  await new Frame(page).open('/staff');
  const board = new Board(page);
  await board.ready();
  await expect(board.card('これから来る', child)).toBeVisible();

  // The network fails while she records; the lock waits until it is sent.
  await page.context().setOffline(true);
  await checkIn(board, '登園');
  await expect(board.unsent()).toContainText('1件');
  await page.getByRole('button', { name: 'ロックする' }).first().click();
  await expect(page.getByText('サーバーにつながらないため、ロックできません。')).toBeVisible({ timeout: 20_000 });
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'ロックする' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'どなたが使いますか' })).toBeVisible();
  const audited: { kind: string }[] = await (await office.request.get(`/api/v1/bookings/${booking}/attendance`)).json();
  expect(audited.map(({ kind }) => kind)).toEqual(['checked_in']);
  await tapPin(page, mendan, pins.mendan);
  await board.ready();
  await expect(board.card('来ている', child)).toBeVisible();
  await expect(board.unsent()).toHaveCount(0);
  await expect(page.getByText('ほかの職員が')).toHaveCount(0);
});
