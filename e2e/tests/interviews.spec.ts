// A facility that wants to see a child first: the booking is refused with the reason, the way leads to the interview, its result holds at
// once, and an operator's facilities go by each other's.
import { expectAccessible } from '../fixtures/axe';
import { another, demoPassword, type FreePlace, freePlaces, newFamily, pocket, send } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Booking } from '../pages/bookings.page';
import { Frame, tick } from '../pages/frame.page';

const demanding = '皆生しおかぜ保育園';
const staffOfDemanding = { email: 'mendan@example.jp', password: 'mendan-no-heya-2027' };
const staffOfPocket = { email: 'staff.yonago@example.jp', password: demoPassword };

function at(facility: string, places: FreePlace[]): FreePlace {
  const place = places.find((one) => one.facility.name === facility && one.bookable && one.openings.some(({ places_left }) => places_left > 0));
  expect(place, `${facility} has a place`).toBeDefined();
  return place!;
}

test('the interview comes first, and the booking goes through as soon as it is accepted', async ({ page, browser, house }) => {
  test.setTimeout(240_000);
  await house.addStaff(demanding, staffOfDemanding.email, staffOfDemanding.password);
  const booking = new Booking(page);
  const child = await newFamily(page.request, '弓浜 あさひ');
  const care = at(demanding, await freePlaces(page.request, '2027-01-25', '2027-01-29'));

  // Refused, with the reason and the way on.
  await booking.frame.open(`/book/${care.slot_id}`);
  await booking.at('預けるお子さんを選ぶ');
  await expect(page.getByText('初めての方は面談が必要です')).toBeVisible();
  await expect(page.getByText('面談はまだです')).toBeVisible();
  await expect(booking.child(child.name)).toBeDisabled();
  await expectAccessible(page);
  await picture(page, 'interview-needed');
  await page.getByRole('link', { name: 'この施設のほかの日を見る' }).click();
  await expect(page.getByRole('heading', { level: 1, name: demanding })).toBeVisible();
  await booking.frame.ready();
  await expect(page.getByRole('heading', { name: '空き', exact: true })).toBeInViewport();
  await expectAccessible(page);
  await picture(page, 'interview-places');

  // The interview is booked like any place.
  await page.getByRole('main').getByRole('link', { name: /見学・面談を予約する/ }).first().click();
  await booking.through();
  await expectAccessible(page);
  await picture(page, 'interview-booked');
  await page.getByRole('link', { name: '予約を見る' }).click();
  await booking.at('予約の内容');
  const visit = new URL(page.url()).pathname.split('/').pop();
  const { starts_at } = await (await page.request.get(`/api/v1/bookings/${visit}`)).json();

  // On the day staff record what they found: with conditions first, which need words.
  const staff = await another(browser);
  await house.at(starts_at, page, staff);
  await new Door(staff).signedIn(staffOfDemanding);
  const board = new Board(staff);
  await board.ready();
  const card = board.card('これから来る', child.name);
  await card.getByText('面談の結果を記録する').click();
  await tick(card.getByRole('radio', { name: '条件つきでお預かりできます' }));
  await card.getByRole('button', { name: '結果を記録する' }).click();
  await expect(card.getByText('条件や理由を入力してください。')).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'interview-record');
  await card.getByLabel('条件または理由').fill('食事はご持参ください。');
  await card.getByRole('button', { name: '結果を記録する' }).click();
  await expect(staff.getByText('面談の結果を記録しました。')).toBeVisible();
  await expect(card).toContainText('食事はご持参ください。');
  await picture(staff, 'interview-recorded');

  // At once the same place can be booked.
  await booking.frame.open(`/book/${at(demanding, await freePlaces(page.request, starts_at.slice(0, 10), '2027-02-05')).slot_id}`);
  await booking.at('預けるお子さんを選ぶ');
  await expect(page.getByText('食事はご持参ください。')).toBeVisible();
  await picture(page, 'interview-done');
  await booking.toTimes().click();
  await booking.at('時間を選ぶ');
  await tick(page.getByRole('radio').first());
  await booking.toCheck().click();
  await booking.at('予約内容の確認');
  await expect(page.getByText('食事はご持参ください。').first()).toBeVisible();
  await booking.answer();
  await booking.book().click();
  await booking.at('予約しました');
});

test("an operator's facilities go by one interview, and a child who cannot come is told why", async ({ page, browser, house }) => {
  test.setTimeout(240_000);
  const frame = new Frame(page);
  const accepted = await newFamily(page.request, '弓浜 うた');
  const refused = await send<{ id: string }>(page.request, '/children', { name: '弓浜 しん', kana: 'ゆみはま しん', born: '2024-03-10' });
  const visit = at(pocket, await freePlaces(page.request, '2027-01-19', '2027-01-29', 'visit'));
  const opening = visit.openings[0]!;
  const wish = { slot_id: visit.slot_id, starts_at: opening.starts_at };
  const ends_at = new Date(Date.parse(opening.starts_at) + 30 * 60_000).toISOString();
  await send(page.request, '/bookings', { ...wish, ends_at, child_ids: [accepted.id, refused.id] });
  const staff = await another(browser);
  await house.at(opening.starts_at, page, staff);
  await new Door(staff).signedIn(staffOfPocket);
  const board = new Board(staff);
  await board.ready();
  const record = async (child: string, verdict: string, words = '') => {
    const card = board.card('これから来る', child);
    await card.getByText('面談の結果を記録する').click();
    await tick(card.getByRole('radio', { name: verdict, exact: true }));
    if (words) await card.getByLabel('条件または理由').fill(words);
    await card.getByRole('button', { name: '結果を記録する' }).click();
    await expect(card.getByText(verdict === 'お預かりできます' ? '面談は済んでいます' : words).first()).toBeVisible();
  };
  await record(accepted.name, 'お預かりできます');
  await record('弓浜 しん', 'お預かりできません', '看護師がいないため、今はお受けできません。');

  const care = at(demanding, await freePlaces(page.request, '2027-02-01', '2027-02-05'));
  await frame.open(`/book/${care.slot_id}`);
  await expect(page.getByRole('checkbox', { name: accepted.name })).toBeEnabled();
  await expect(page.getByRole('checkbox', { name: '弓浜 しん' })).toBeDisabled();
  await expect(page.getByText('看護師がいないため、今はお受けできません。').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'interview-not-possible');
});
