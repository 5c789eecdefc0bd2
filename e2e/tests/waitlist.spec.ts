// Waiting for a full place: brothers and sisters together, in two taps where the answers are known, in the order of joining; and what
// becomes of it when a typhoon closes the day.
import type { APIRequestContext, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, tick } from '../pages/frame.page';

interface Booked {
  id: string;
}
interface Stay {
  slot_id: string;
  starts_at: string;
  ends_at: string;
}

/** The whole day at the facility where staff sign in, and how many places are left for a child of 22 months. */
async function wholeDay(api: APIRequestContext, day: string): Promise<{ stay: Stay; left: number }> {
  const place = (await freePlaces(api, day, day)).find(({ facility }) => facility.name === umineko)!;
  const opening = place.openings.find(({ block }) => block === 'day')!;
  return { stay: { slot_id: place.slot_id, starts_at: opening.starts_at, ends_at: opening.ends_at }, left: opening.places_left };
}

/** Takes every place of a day for children under three, in one family; gives its bookings. */
async function fill(api: APIRequestContext, day: string): Promise<{ stay: Stay; booked: Booked[] }> {
  const { stay, left } = await wholeDay(api, day);
  expect(left).toBeGreaterThan(0);
  const children = [await newFamily(api, '境 いち')];
  for (let n = 1; n < left; n += 1) {
    const child = { name: `境 ${'にさよごろなや'[n - 1]}`, kana: 'さかい こ', born: '2025-03-10' };
    children.push({ ...(await send<{ id: string }>(api, '/children', child)), name: child.name });
  }
  const booked = await send<Booked[]>(api, '/bookings', { ...stay, child_ids: children.map(({ id }) => id), ...answered });
  return { stay, booked };
}

/** The search as somebody comes to it who looks for a day with a child of 22 months. */
async function toFull(page: Page, day: string) {
  await new Frame(page).open(`/?programme=temporary_care&age=22&day=${day}`);
  const offer = page.getByRole('article').filter({ has: page.getByRole('link', { name: umineko, exact: true }) });
  return offer.getByRole('link', { name: /順番を待つ$/ });
}

test('brothers and sisters wait together and get their places together', async ({ page, browser, house }) => {
  test.setTimeout(360_000);
  const frame = new Frame(page);
  const day = '2027-02-10';
  const filling = await another(browser);
  const next = await another(browser);
  await house.at('2027-01-18T09:00:00+09:00', page, filling, next);
  const { booked } = await fill(filling.request, day);
  const younger = await newFamily(page.request, '弓浜 みなと');
  await send(page.request, '/children', { name: '弓浜 そら', kana: 'ゆみはま そら', born: '2023-05-05' });
  const only = await newFamily(next.request, '外江 なぎ');
  const before = await wholeDay(next.request, '2027-01-25');
  await send(next.request, '/bookings', { ...before.stay, child_ids: [only.id], ...answered });

  // The first family: the elder could have a place, both together cannot.
  await (await toFull(page, day)).click();
  await expect(page.getByRole('heading', { level: 1, name: '預けるお子さんを選ぶ' })).toBeVisible();
  await tick(page.getByRole('checkbox', { name: younger.name }));
  await tick(page.getByRole('checkbox', { name: '弓浜 そら' }));
  await page.getByRole('button', { name: '時間を選ぶ' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '空きを待つ' })).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'wait');
  await page.getByRole('button', { name: '順番待ちに登録する' }).click();
  await expect(page.getByText('ご利用の理由をお選びください。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'wait-missing');
  for (const group of await page.getByRole('group').filter({ hasText: '必須' }).all()) await tick(group.getByRole('radio').first());
  await page.getByRole('button', { name: '順番待ちに登録する' }).click();
  await expect(page.getByText('順番待ちに登録しました。')).toBeVisible();
  await expect(page.getByText('次にご案内します')).toBeVisible();
  await expect(page.getByText('弓浜 そら・弓浜 みなと')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'waiting-siblings');

  // The second has booked here before: two taps from the full place.
  await (await toFull(next, day)).click();
  await next.getByRole('button', { name: '順番待ちに登録する' }).click();
  await expect(next.getByText('先にお待ちの方 1組')).toBeVisible();
  await picture(next, 'waiting-second');
  // Twice is once.
  await (await toFull(next, day)).click();
  await next.getByRole('button', { name: '順番待ちに登録する' }).click();
  await expect(next.getByRole('alert').filter({ hasText: '順番待ちに登録できませんでした' })).toBeFocused();
  await expectAccessible(next);
  await picture(next, 'waiting-twice');
  await expect(next.getByRole('alert').filter({ hasText: '順番待ちに登録できませんでした' })).toBeVisible();

  // A place for the younger frees: both are asked, for both together.
  await send(filling.request, `/bookings/${booked[0]!.id}/cancel`, {});
  await expect(async () => {
    await frame.open('/bookings');
    await expect(page.getByText('空きが出ました。お返事をお待ちしています。')).toBeVisible({ timeout: 10_000 });
  }).toPass();
  await expect(page.getByText('弓浜 そら・弓浜 みなと')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'offer-siblings');
  await new Frame(next).open('/bookings');
  await expect(next.getByText('次にご案内します')).toBeVisible();
  await page.getByRole('button', { name: '利用する' }).click();
  await expect(page.getByText('予約しました。')).toBeVisible();
  const list = page.getByRole('tabpanel').getByRole('listitem');
  await expect(list.filter({ hasText: younger.name })).toContainText('予約済み');
  await expect(list.filter({ hasText: '弓浜 そら' })).toContainText('予約済み');
  await picture(page, 'offer-accepted');
});

test('a typhoon closes a day that one family has booked and another waits for', async ({ page, browser, house }) => {
  test.setTimeout(360_000);
  const day = '2027-02-17';
  const [booker, waiter] = [await another(browser), await another(browser)];
  await house.at('2027-01-18T09:00:00+09:00', page, booker, waiter);
  const { stay, booked } = await fill(booker.request, day);
  const child = await newFamily(waiter.request, '渡 なぎ');
  await send(waiter.request, '/waitlist_entries', { child_ids: [child.id], wanted: { kind: 'slot', ...stay }, ...answered });

  await new Door(page).signedIn(staffOfUmineko);
  const frame = new Frame(page);
  await frame.open(`/staff/slots/close?day=${day}`);
  await tick(page.getByRole('radio', { name: '台風・大雪など' }));
  await page.getByRole('button', { name: '影響を受ける予約を見る' }).click();
  await expect(page.getByText('境 いち')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'typhoon-staff');
  await page.getByRole('button', { name: '休みにして、ご家庭に知らせる' }).click();
  await expect(page.getByText('休みにしました。')).toBeVisible();
  await frame.open(`/staff?day=${day}`);
  await expectAccessible(page);
  await picture(page, 'typhoon-board');

  // Who had booked is told, nothing is due or counted, and other places of the day are there, in both cities.
  await new Frame(booker).open(`/bookings/${booked[0]!.id}`);
  await expect(booker.getByText('施設が休みになったため、この予約はなくなりました')).toBeVisible();
  await expect(booker.getByText('料金はかかりません。利用の回数や時間にも数えません。')).toBeVisible();
  const instead = booker.getByRole('region', { name: '同じ日に空いている施設' });
  await expect(instead.getByRole('link', { name: /こどもの部屋|園/ }).first()).toBeVisible();
  await expectAccessible(booker);
  await picture(booker, 'typhoon-family');
  const { state } = await (await booker.request.get(`/api/v1/bookings/${booked[0]!.id}`)).json();
  expect(state).toMatchObject({ kind: 'cancelled', fee_yen: 0, counts: false });
  const cities = (await freePlaces(booker.request, day, day)).filter(({ bookable }) => bookable).map(({ facility }) => facility.municipality);
  expect(new Set(cities).size).toBe(2);
  await instead.getByRole('link', { name: /条件|さがす/ }).click();
  await expect(booker.getByRole('region', { name: '見つかった空き' })).toBeVisible();
  await picture(booker, 'typhoon-search');
  // The list says it first.
  await new Frame(booker).open('/bookings');
  await expect(booker.getByText('施設が休みになり、なくなった予約があります')).toBeVisible();
  await picture(booker, 'typhoon-list');
  await expectAccessible(booker);

  // Who waited is told, and has the way to other places.
  await new Frame(waiter).open('/bookings');
  await expect(waiter.getByText('施設が休みになったため、順番待ちが終わりました。')).toBeVisible();
  await expectAccessible(waiter);
  await picture(waiter, 'typhoon-waiting');
  await waiter.getByRole('main').getByRole('link', { name: '同じ日の空きをさがす' }).click();
  await expect(waiter.getByRole('region', { name: '見つかった空き' })).toBeVisible();
});
