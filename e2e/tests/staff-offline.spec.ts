// A morning of sixty children on two tablets while the server is away for an hour: everything is recorded at its time, nothing is lost,
// none is shown as done before it is, and what both recorded is for a person.
import { randomUUID } from 'node:crypto';
import type { APIRequestContext, Browser, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, send, staffOfUmineko, stranger, tablet, umineko, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame, tick } from '../pages/frame.page';

const today = '2027-01-18';
const guardian = '弓浜 みどり';

interface Booked {
  id: string;
  version: number;
  child: { name: string };
}

interface Line {
  kind: string;
  occurred_at: string;
}

const at = (clock: string) => `${today}T${clock}:00+09:00`;

/** Sixty children of twelve families, all booked for the whole day where staff sign in. */
async function sixty(staff: APIRequestContext, browser: Browser): Promise<Map<string, Booked>> {
  const places = await freePlaces(staff, today, today);
  const place = places.find(({ facility }) => facility.name === umineko)!;
  const { slot }: { slot: { version: number; bands: object[] } } = await (await staff.get(`/api/v1/slots/${place.slot_id}`)).json();
  const widened = await staff.patch(`/api/v1/slots/${place.slot_id}`, {
    data: { bands: slot.bands.map((band) => ({ ...band, capacity: 70, occupancy: undefined })), room: 90, carers: [[0, 12]] },
    headers: { 'If-Match': `"v${slot.version}"`, 'Idempotency-Key': randomUUID() },
  });
  expect(widened.ok(), await widened.text()).toBe(true);
  const day = place.openings.find(({ block }) => block === 'day')!;
  const booked = new Map<string, Booked>();
  for (let family = 0; family < 12; family += 1) {
    const phone = await another(browser);
    const { request } = phone;
    await send(request, '/auth/register', {
      ...stranger(),
      name: guardian,
      kana: 'ゆみはま みどり',
      phone: '090-1234-5678',
      municipality: yonago.code,
      locale: 'ja',
    });
    const children: string[] = [];
    for (let child = 0; child < 5; child += 1) {
      const number = String(family * 5 + child + 1).padStart(2, '0');
      const known = {
        name: `子ども ${number}`,
        kana: 'こども',
        born: '2025-03-10',
        allergies: child === 0 ? [{ name: '卵', severity: 'severe' }] : [],
        care_notes: child === 1 ? '熱性けいれんの既往があります。' : '',
      };
      children.push((await send<{ id: string }>(request, '/children', known)).id);
    }
    const wish = { slot_id: place.slot_id, child_ids: children, starts_at: day.starts_at, ends_at: day.ends_at, ...answered };
    for (const booking of await send<Booked[]>(request, '/bookings', wish)) booked.set(booking.child.name, booking);
    await phone.context().close();
  }
  expect(booked.size).toBe(60);
  return booked;
}

const child = (number: number) => `子ども ${String(number).padStart(2, '0')}`;

/** What a person does to record that a child comes or leaves. */
async function record(board: Board, name: string, act: 'in' | 'out'): Promise<void> {
  const [stage, button, send] = act === 'in' ? (['これから来る', /登園/, '登園を記録する'] as const) : (['来ている', /降園/, '降園を記録する'] as const);
  await board.card(stage, name).getByRole('button', { name: button }).first().click();
  const dialog = board.page.getByRole('dialog');
  await tick(dialog.getByRole('radio', { name: guardian }));
  await dialog.getByRole('button', { name: send }).click();
  await expect(board.card(act === 'in' ? '来ている' : '帰った', name)).toBeVisible();
}

async function history(staff: APIRequestContext, booking: Booked | undefined): Promise<Line[]> {
  return (await staff.get(`/api/v1/bookings/${booking!.id}/attendance`)).json();
}

/** The databases of the browser on a device. */
const databases = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));

test('a morning of sixty children, with the server away for an hour', async ({ browser, house }) => {
  test.skip(test.info().project.name === 'phone', 'the same tablets on both');
  test.setTimeout(900_000);
  const office = await another(browser, tablet);
  await send(office.request, '/auth/login', staffOfUmineko);
  const booked = await sixty(office.request, browser);

  const [one, other] = [await another(browser, tablet), await another(browser, tablet)];
  await house.at(at('08:05'), one, other, office);
  for (const page of [one, other]) await new Door(page).signedIn(staffOfUmineko);
  const [first, second] = [new Board(one), new Board(other)];
  for (const board of [first, second]) {
    await new Frame(board.page).open('/staff');
    await board.ready();
    await expect(board.card('これから来る', child(60))).toBeVisible();
    await board.page.evaluate(() => navigator.serviceWorker.ready);
    await expect.poll(() => board.page.evaluate(async () => Boolean(await caches.match('/staff.html')))).toBe(true);
  }
  await picture(one, 'offline-before');
  // Ten come while all is well.
  for (let number = 1; number <= 8; number += 1) {
    await send(office.request, `/bookings/${booked.get(child(number))!.id}/check_in`, { person: { kind: 'guardian' } });
  }
  await record(first, child(9), 'in');
  await record(second, child(10), 'in');
  await expect(second.card('来ている', child(9))).toBeVisible();
  await expect(first.unsent()).toHaveCount(0);

  // Half past eight: the server is gone. What is recorded stands apart from what is done.
  await house.leave();
  const expected = new Map<string, [string, string][]>();
  const note = (name: string, kind: string, clock: string) => expected.set(name, [...(expected.get(name) ?? []), [kind, clock]]);
  const happens = async (board: Board, number: number, act: 'in' | 'out', clock: string) => {
    await board.page.clock.setFixedTime(new Date(at(clock)));
    await record(board, child(number), act);
    note(child(number), act === 'in' ? 'checked_in' : 'checked_out', clock);
  };
  await happens(first, 11, 'in', '08:31');
  await expect(first.unsent()).toContainText('1件');
  const queued = first.card('来ている', child(11));
  await expect(queued).toContainText('まだ送っていません');
  await expect(first.card('来ている', child(9))).not.toContainText('まだ送っていません');
  for (let step = 0; step < 11; step += 1) {
    const clock = `08:${String(32 + step).padStart(2, '0')}`;
    await happens(first, 12 + step, 'in', clock);
    await happens(second, 31 + step, 'in', clock);
  }
  await expectAccessible(one);
  await picture(one, 'offline-queued');

  // The same child at both doors: only one of them can be right.
  await one.clock.setFixedTime(new Date(at('08:50')));
  await record(first, child(50), 'in');
  await other.clock.setFixedTime(new Date(at('08:53')));
  await record(second, child(50), 'in');
  // A child that came before, and one that came just now, go home.
  await happens(first, 1, 'out', '08:55');
  await happens(first, 11, 'out', '08:58');
  // Nobody brings this one.
  await other.clock.setFixedTime(new Date(at('09:00')));
  await second.card('これから来る', child(55)).getByRole('button', { name: /欠席にする/ }).click();
  await other.getByRole('dialog').getByRole('button', { name: '欠席を記録する' }).click();
  await expect(second.card('欠席', child(55))).toContainText('まだ送っていません');
  note(child(55), 'absent', '09:00');
  // A slip of the hand is taken back before it was ever sent.
  await record(second, child(56), 'in');
  await second.card('来ている', child(56)).getByRole('button', { name: /この記録を使わない/ }).click();
  await second.card('来ている', child(56)).getByRole('button', { name: '使わないで消す' }).click();
  await expect(second.card('これから来る', child(56))).toBeVisible();

  // The tablet is closed and opened again, still without a server.
  await one.clock.setFixedTime(new Date(at('09:05')));
  await one.reload();
  await first.ready();
  await expect(first.unsent()).toContainText('15件');
  await expect(first.card('来ている', child(22))).toContainText('まだ送っていません');
  await expect(one.getByText('新しい様子を読み込めません')).toBeVisible();
  await happens(first, 23, 'in', '09:10');
  await expect(first.unsent()).toContainText('16件');
  await picture(one, 'offline-reopened');
  // Nothing of it lies open on the device.
  const open = await one.evaluate(() => JSON.stringify(localStorage));
  expect(open).not.toContain('子ども');
  // The paper roster comes from the device as well.
  await one.emulateMedia({ media: 'print' });
  await expect(one.locator('.roster')).toContainText('利用児童名簿');
  for (const name of booked.keys()) await expect(one.locator('.roster tbody tr').filter({ hasText: name })).toHaveCount(1);
  if (process.env.PICTURES) await one.pdf({ path: `${process.env.PICTURES}/roster-${test.info().project.name}.pdf`, preferCSSPageSize: true });
  await one.emulateMedia({ media: null });

  // Half past nine: it is back, and everything goes by itself.
  await house.comeBack(at('09:30'));
  for (const page of [one, other]) await page.clock.setFixedTime(new Date(at('09:30')));
  for (const board of [first, second]) await expect(board.unsent()).toHaveCount(0);
  let latest = 0;
  for (const [name, lines] of expected) {
    const booking = booked.get(name)!;
    const before = name === child(1) ? 1 : 0;
    const told = await history(office.request, booking);
    expect(told.slice(before).map(({ kind }) => kind), name).toEqual(lines.map(([kind]) => kind));
    told.slice(before).forEach(({ occurred_at }, index) => {
      const minutes = Math.abs(Date.parse(occurred_at) - Date.parse(at(lines[index]![1]))) / 60_000;
      // The server's clock runs on while a page's stands still for the journey.
      expect(minutes, `${name} ${occurred_at}`).toBeLessThan(5);
      latest = Math.max(latest, minutes);
    });
  }
  console.log(`${expected.size} children recorded away from the server; at most ${latest.toFixed(1)} minutes beside the page's clock`);
  expect(await history(office.request, booked.get(child(56)))).toEqual([]);
  expect(await history(office.request, booked.get(child(50)))).toHaveLength(1);

  // What both tablets recorded waits for a person on one of them.
  await expect.poll(async () => (await first.conflict(child(50)).count()) + (await second.conflict(child(50)).count())).toBe(1);
  const board = (await first.conflict(child(50)).count()) > 0 ? first : second;
  await expect(board.conflict(child(50))).toContainText('登園済みです');
  await expect(board.conflict(child(50))).toContainText('ほかの端末でも記録されています');
  await expectAccessible(board.page);
  await picture(board.page, 'offline-conflict');
  await board.conflict(child(50)).getByRole('button', { name: /もう一度送る/ }).click();
  await expect(board.conflict(child(50))).toBeVisible();
  await board.conflict(child(50)).getByRole('button', { name: /この記録を使わない/ }).click();
  await board.conflict(child(50)).getByRole('button', { name: '使わないで消す' }).click();
  await expect(board.conflict(child(50))).toHaveCount(0);
  for (const each of [first, second]) {
    await expect(each.card('来ている', child(23))).toBeVisible();
    await expect(each.card('欠席', child(55))).toBeVisible();
    await expect(each.card('帰った', child(11))).toBeVisible();
    await expect(each.page.getByText('まだ送っていません')).toHaveCount(0);
  }

  // The session ends on one tablet while its network is away: the record stays, and goes after signing in again.
  const sessions: { items: { id: string; is_this: boolean }[] } = await (await one.request.get('/api/v1/sessions')).json();
  const own = sessions.items.find(({ is_this }) => is_this)!.id;
  await one.context().setOffline(true);
  await record(first, child(57), 'in');
  await expect(first.unsent()).toContainText('1件');
  const ended = await office.request.post(`/api/v1/sessions/${own}/end`, { headers: { 'Idempotency-Key': randomUUID() } });
  expect(ended.ok(), await ended.text()).toBe(true);
  await one.context().setOffline(false);
  await expect(one.getByRole('main').or(one.locator('.page')).getByRole('link', { name: 'ログイン' }).first()).toBeVisible();
  await expect(first.unsent()).toContainText('1件');
  await picture(one, 'offline-signed-out');
  await new Door(one).signedIn(staffOfUmineko);
  await new Frame(one).open('/staff');
  await expect(first.card('来ている', child(57))).toBeVisible();
  await expect(first.unsent()).toHaveCount(0);
  expect(await history(office.request, booked.get(child(57)))).toHaveLength(1);

  // Signing out wipes the day from the device.
  expect(await databases(one)).toContain('yumigahama-roster');
  await one.getByRole('button', { name: 'ログアウト' }).first().click();
  await expect(one.getByText('ログアウトしました。')).toBeVisible();
  await expect(async () => expect(await databases(one)).not.toContain('yumigahama-roster')).toPass();

  // So does the end of the day.
  await house.leave();
  await other.clock.setFixedTime(new Date('2027-01-19T00:05:00+09:00'));
  await other.reload();
  await expect(other.getByText('サーバーにつながりません').first()).toBeVisible();
  await expect(other.getByText(child(60))).toHaveCount(0);
  await expect(async () => expect(await databases(other)).not.toContain('yumigahama-roster')).toPass();
  await house.comeBack('2027-01-19T00:06:00+09:00');
});
