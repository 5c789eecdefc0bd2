// A stay that is repeated: told date by date, booked as it was told, and cancelled from one date on.
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Booking } from '../pages/bookings.page';
import { tick } from '../pages/frame.page';

interface Series {
  bookings: { starts_at: string; state: { kind: string } }[];
  entries?: { state: { kind: string }; children: unknown[] }[];
}

interface Slot {
  slot: { version: number; bands: { from_age: number; under_age: number; occupancy: [number, number][] }[] };
}

test('a stay is repeated every week as it was shown, and its later dates are cancelled together', async ({ page }, { project }) => {
  const child = await newFamily(page.request, '弓浜 そよか');
  // Phone and desktop share a world: each begins on a day of its own.
  const first = project.name === 'phone' ? '2027-01-20' : '2027-01-21';
  const [place] = (await freePlaces(page.request, first, first)).filter(
    ({ facility, openings }) => facility.name === umineko && openings.some(({ places_left }) => places_left > 0),
  );
  const opening = place!.openings.find(({ places_left }) => places_left > 0)!;
  const booking = new Booking(page);
  const wanted = new URLSearchParams({ from: opening.starts_at, to: opening.ends_at });
  await booking.frame.open(`/book/${place!.slot_id}?${wanted}`);
  await booking.at('預けるお子さんを選ぶ');
  await booking.toTimes().click();
  await booking.at('時間を選ぶ');
  await booking.toCheck().click();
  await booking.at('予約内容の確認');

  // What must be known for one date must be known for all.
  const repeat = page.getByRole('button', { name: '毎週くり返して予約する' });
  await repeat.click();
  await expect(page.getByRole('heading', { level: 1, name: '予約内容の確認' })).toBeVisible();
  await booking.answer();
  await expectAccessible(page);
  await picture(page, 'check-repeat');
  await repeat.click();
  await booking.at('くり返す日を選んで確認する');
  const results = page.getByRole('main').getByRole('listitem').filter({ hasText: /予約でき/ });
  await expect(results).toHaveCount(4);
  await expect(page.getByText('4日のうち')).toBeVisible();

  // Far ahead the bookings are not open yet: every such date says so, and the others can be had.
  await page.getByLabel('いつまで').selectOption({ index: 19 });
  await expect(page.getByText('21日のうち')).toBeVisible();
  await expect(results.filter({ hasText: '予約できません' }).first()).toContainText(/受付前|枠は出ていません|から予約できます/);
  await expectAccessible(page);
  await picture(page, 'series-preview');
  await page.getByLabel('いつまで').selectOption({ index: 2 });
  await expect(page.getByText('4日のうち')).toBeVisible();
  const held = await results.filter({ hasText: '予約できます' }).count();
  expect(held).toBeGreaterThan(2);
  // What is chosen lives in the address.
  await page.reload();
  await booking.at('くり返す日を選んで確認する');
  await expect(page.getByText('4日のうち')).toBeVisible();
  await page.getByRole('button', { name: `${held}日分を予約する` }).click();
  await booking.at('くり返しの予約ができました');
  await expect(page.getByRole('main').getByRole('link', { name: /月.*日/ })).toHaveCount(held);
  await expectAccessible(page);
  await picture(page, 'series-booked');
  const id = new URL(page.url()).pathname.split('/').pop();

  await page.getByRole('main').getByRole('link', { name: /月.*日/ }).nth(1).click();
  await booking.at('予約の内容');
  await expect(page.getByText('くり返しのほかの日を見る')).toBeVisible();
  await page.getByRole('button', { name: '予約を取り消す' }).click();
  const question = page.getByRole('dialog', { name: 'この予約を取り消しますか' });
  await expect(question).toContainText('取り消す日：1日');
  await tick(question.getByRole('radio', { name: 'この回から後' }));
  await expect(question).toContainText(`取り消す日：${held - 1}日`);
  await expectAccessible(page);
  await picture(page, 'series-cancel');
  await question.getByRole('button', { name: '取り消す', exact: true }).click();
  await expect(page.getByText('取り消した予約です')).toBeVisible();
  const series: Series = await (await page.request.get(`/api/v1/series/${id}`)).json();
  expect(series.bookings.map(({ state }) => state.kind)).toEqual(['confirmed', ...Array(held - 1).fill('cancelled')]);
  await booking.frame.open('/bookings');
  await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: child.name })).toHaveCount(1);
  await expect(page.getByRole('main').getByText('くり返し', { exact: true })).toBeVisible();
});

test('a full date of a series is waited for as it was shown', async ({ page, browser }, { project }) => {
  await newFamily(page.request, '弓浜 ひより');
  const first = project.name === 'phone' ? '2027-02-02' : '2027-02-03';
  const second = project.name === 'phone' ? '2027-02-09' : '2027-02-10';
  const at = async (day: string) =>
    (await freePlaces(page.request, day, day)).find(
      ({ facility, openings }) => facility.name === umineko && openings.some(({ places_left }) => places_left > 0),
    )!;
  const [place, full] = [await at(first), await at(second)];
  // The facility takes no more than who is there already: the second date is full.
  const staff = await another(browser);
  await send(staff.request, '/auth/login', staffOfUmineko);
  const { slot }: Slot = await (await staff.request.get(`/api/v1/slots/${full.slot_id}`)).json();
  const bands = slot.bands.map(({ from_age, under_age, occupancy }) => ({
    from_age,
    under_age,
    capacity: Math.max(0, ...occupancy.map(([, children]) => children)),
  }));
  const lowered = await staff.request.patch(`/api/v1/slots/${full.slot_id}`, {
    data: { bands },
    headers: { 'If-Match': `"v${slot.version}"` },
  });
  expect(lowered.ok(), await lowered.text()).toBe(true);

  const booking = new Booking(page);
  const opening = place.openings.find(({ places_left }) => places_left > 0)!;
  const wanted = new URLSearchParams({ from: opening.starts_at, to: opening.ends_at });
  await booking.frame.open(`/book/${place.slot_id}?${wanted}`);
  await booking.at('預けるお子さんを選ぶ');
  await booking.toTimes().click();
  await booking.at('時間を選ぶ');
  await booking.toCheck().click();
  await booking.at('予約内容の確認');
  await booking.answer();
  await page.getByRole('button', { name: '毎週くり返して予約する' }).click();
  await booking.at('くり返す日を選んで確認する');
  await page.getByLabel('いつまで').selectOption({ index: 0 });
  await expect(page.getByText('2日のうち')).toBeVisible();
  const dates = page.getByRole('main').getByRole('listitem');
  await expect(dates.filter({ hasText: '予約できません' })).toHaveCount(1);
  await expect(page.getByRole('button', { name: '1日分を予約する' })).toBeVisible();

  const choice = page.getByRole('group', { name: '予約できない日はどうしますか' });
  await tick(choice.getByRole('radio', { name: '満員の日は順番待ちに登録する' }));
  await expect(dates.filter({ hasText: '順番待ち' })).toHaveCount(1);
  await expect(dates.filter({ hasText: '予約できません' })).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'series-waits-preview');
  // What is chosen lives in the address.
  await page.reload();
  await booking.at('くり返す日を選んで確認する');
  await page.getByRole('button', { name: '1日分を予約し、1日分の順番待ちに登録する' }).click();
  await booking.at('くり返しの予約ができました');
  await expect(page.getByRole('heading', { name: '順番待ちの日' })).toBeVisible();
  await expect(page.getByText('次にご案内します')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'series-waits-booked');
  const id = new URL(page.url()).pathname.split('/').pop();
  const series: Series = await (await page.request.get(`/api/v1/series/${id}`)).json();
  expect([series.bookings.length, series.entries?.map(({ state }) => state.kind)]).toEqual([1, ['waiting']]);
  await booking.frame.open('/bookings');
  await expect(page.getByRole('heading', { name: '順番待ち' })).toBeVisible();
  await staff.context().close();
});

test('dates of a series move by their scope, and the others stay', async ({ page }, { project }) => {
  const child = await newFamily(page.request, '弓浜 すず');
  const first = project.name === 'phone' ? '2027-01-27' : '2027-01-28';
  const place = (await freePlaces(page.request, first, first)).find(({ facility }) => facility.name === umineko)!;
  const { starts_at, ends_at } = place.openings.find(({ places_left }) => places_left > 0)!;
  const stay = { slot_id: place.slot_id, child_ids: [child.id], starts_at, ends_at, ...answered };
  const weekdays = [project.name === 'phone' ? 'Wed' : 'Thu'];
  const until = new Date(Date.parse(`${first}T00:00:00Z`) + 21 * 86_400_000).toISOString().slice(0, 10);
  const made = await send<{ id: string }>(page.request, '/series', { stay, weekdays, until, if_conflict: 'skip' });
  const days = async () => {
    const series: Series = await (await page.request.get(`/api/v1/series/${made.id}`)).json();
    return series.bookings.filter(({ state }) => state.kind === 'confirmed').map(({ starts_at }) => new Date(starts_at).getUTCDay());
  };
  const before = await days();
  expect(before.length).toBeGreaterThan(2);

  const booking = new Booking(page);
  await booking.frame.open(`/series/${made.id}`);
  await booking.at('くり返しの予約');
  await expectAccessible(page);
  await picture(page, 'series');
  await page.getByRole('main').getByRole('link', { name: /月.*日/ }).nth(1).click();
  await booking.at('予約の内容');
  await page.getByRole('link', { name: 'くり返しの曜日・時間を変える' }).click();
  await booking.at('くり返しの曜日・時間を変える');
  await expectAccessible(page);
  await picture(page, 'series-move');
  await tick(page.getByRole('radio', { name: 'この回から後' }));
  await page.getByLabel('新しい曜日').selectOption({ label: '金' });
  const button = page.getByRole('button', { name: /\d+日分を変更する/ });
  await expect(button).toBeEnabled();
  await expectAccessible(page);
  await picture(page, 'series-move-preview');
  await button.click();
  await expect(page.getByText('変更しました。')).toBeVisible();
  await booking.at('くり返しの予約');
  await picture(page, 'series-moved');
  const after = await days();
  expect(after[0]).toBe(before[0]);
  expect(after.filter((day) => day !== before[0]).every((day) => [4, 5].includes(day))).toBe(true);
  expect(after.filter((day) => day === before[0]).length).toBeLessThan(before.length);
});
