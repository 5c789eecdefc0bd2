// A facility that decides for itself: brothers and sisters are accepted together, another family is declined with a word,
// and what was settled elsewhere first is told.
import { expectAccessible } from '../fixtures/axe';
import { another, type FreePlace, newFamily, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';

interface Booked {
  id: string;
  state: { kind: string; message?: string };
}

test('requests of any day are accepted, declined with a word, and told when somebody was first', async ({ page, browser }, { project }) => {
  // Visits there are confirmed by the facility. Whatever the demo world has taken already is left alone.
  const query = new URLSearchParams({ from: '2027-01-19', to: '2027-02-28', programme: 'visit', age_months: '22', limit: '200' });
  const found = await page.request.get(`/api/v1/slots?${query}`);
  const places: FreePlace[] = (await found.json()).items;
  const free = places.filter((place) => place.facility.name === umineko && place.bookable && place.openings[0]?.places_left === 2);
  const request = async (place: FreePlace | undefined, names: string[]) => {
    const family = await another(browser);
    const first = await newFamily(family.request, names[0]);
    const ids = [first.id];
    for (const name of names.slice(1)) {
      const child = { name, kana: 'ゆみはま なぎ', born: '2025-03-10', allergies: [{ name: '卵', severity: 'severe' }] };
      ids.push((await send<{ id: string }>(family.request, '/children', child)).id);
    }
    const opening = place?.openings[0];
    const starts_at = opening?.starts_at ?? '';
    const ends_at = new Date(Date.parse(starts_at) + 30 * 60_000).toISOString();
    const answers = [{ key: 'wish', value: '園庭を見たいです。' }];
    const wish = { slot_id: place?.slot_id, child_ids: ids, starts_at, ends_at, answers, notes: '初めて利用します。' };
    const booked = await send<Booked[]>(family.request, '/bookings', wish);
    expect(booked.map((booking) => booking.state.kind)).toEqual(ids.map(() => 'requested'));
    return { family, booked };
  };
  const mark = project.name === 'phone' ? 'はま' : 'いそ';
  const siblings = await request(free[0], [`弓浜 ${mark}お`, `弓浜 ${mark}こ`]);
  const single = await request(free[1], [`外江 ${mark}な`]);
  const gone = await request(free[2], [`渡 ${mark}み`]);

  await new Door(page).signedIn(staffOfUmineko);
  const board = new Board(page);
  await board.ready();
  await expect(board.request(`${mark}お`)).toContainText(`${mark}こ`);
  await expect(board.request(`${mark}お`)).toContainText('重いアレルギー');
  await expect(board.request(`${mark}お`)).toContainText('初めて利用します。');
  await expect(board.request(`${mark}お`)).toContainText('園庭を見たいです。');
  await expect(board.request(`${mark}お`)).toContainText('1月20日');
  await expectAccessible(page);
  await picture(page, 'requests');

  await board.request(`${mark}お`).getByRole('button', { name: '受け入れる' }).click();
  await expect(page.getByText('の予約を承認しました。')).toBeVisible();
  await expect(board.request(`${mark}お`)).toHaveCount(0);
  for (const booking of siblings.booked) {
    const now = await (await siblings.family.request.get(`/api/v1/bookings/${booking.id}`)).json();
    expect(now.state.kind).toBe('confirmed');
  }

  await board.request(`${mark}な`).getByRole('button', { name: 'お断りする' }).click();
  const dialog = page.getByRole('dialog', { name: '予約をお断りしますか' });
  await dialog.getByLabel('ご家庭へのことば').fill('この日は行事のため、お受けできません。');
  await expectAccessible(page);
  await picture(page, 'decline');
  await dialog.getByRole('button', { name: 'お断りする' }).click();
  await expect(page.getByText('の予約をお断りしました。')).toBeVisible();
  await expect(board.request(`${mark}な`)).toHaveCount(0);
  const declined: Booked = await (await single.family.request.get(`/api/v1/bookings/${single.booked[0]?.id}`)).json();
  expect(declined.state).toMatchObject({ kind: 'declined', message: 'この日は行事のため、お受けできません。' });

  await expect(board.request(`${mark}み`)).toBeVisible();
  // The board shows it within a second; the family cancels while it is being accepted.
  await page.route(`**/bookings/${gone.booked[0]?.id}/decide`, async (route) => {
    await send(gone.family.request, `/bookings/${gone.booked[0]?.id}/cancel`, {});
    await route.continue();
  });
  await board.request(`${mark}み`).getByRole('button', { name: '受け入れる' }).click();
  await expect(page.getByText('すでに取り消されていました。')).toBeVisible();
  await expect(board.request(`${mark}み`)).toHaveCount(0);
});
