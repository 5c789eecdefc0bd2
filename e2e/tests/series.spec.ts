// A stay that is repeated: told date by date, booked as it was told, and cancelled from one date on.
import { expectAccessible } from '../fixtures/axe';
import { freePlaces, newFamily, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Booking } from '../pages/bookings.page';
import { tick } from '../pages/frame.page';

interface Series {
  bookings: { starts_at: string; state: { kind: string } }[];
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
