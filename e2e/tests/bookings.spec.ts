// What happens to a booking beside the straight way: cancelled, refused, reloaded, made again elsewhere.
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, pocket, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Booking } from '../pages/bookings.page';
import { tick } from '../pages/frame.page';
import { Search } from '../pages/slots.page';

test('a booking is cancelled after its consequence was said', async ({ page }) => {
  const child = await newFamily(page.request);
  const [place] = (await freePlaces(page.request, '2027-01-20', '2027-01-20')).filter(
    ({ facility, openings }) => facility.name === umineko && openings.some(({ places_left }) => places_left > 0),
  );
  await send(page.request, '/bookings', {
    slot_id: place!.slot_id,
    child_ids: [child.id],
    starts_at: place!.openings[0]!.starts_at,
    ends_at: place!.openings[0]!.ends_at,
    ...answered,
  });
  const booking = new Booking(page);
  await booking.frame.open('/bookings');
  await expectAccessible(page);
  await picture(page, 'bookings');
  const card = page.getByRole('main').getByRole('listitem').filter({ hasText: child.name });
  await card.getByRole('link').click();
  await booking.at('予約の内容');
  await page.getByRole('button', { name: '予約を取り消す' }).click();
  const question = page.getByRole('dialog', { name: 'この予約を取り消しますか' });
  await expect(question).toContainText('取り消しの料金はかかりません。');
  await expectAccessible(page);
  await picture(page, 'cancel');
  await question.getByRole('button', { name: '取り消さない' }).click();
  await expect(question).toBeHidden();
  await page.getByRole('button', { name: '予約を取り消す' }).click();
  await question.getByRole('button', { name: '取り消す', exact: true }).click();
  await expect(page.getByText('取り消した予約です')).toBeVisible();
  await expect(page.getByRole('button', { name: '予約を取り消す' })).toHaveCount(0);
  await booking.frame.open('/bookings');
  await expect(page.getByText('これからの予約はありません。')).toBeVisible();
});

test('the last place goes to somebody else, and the family is told why and what next', async ({ page, browser }) => {
  const mine = await newFamily(page.request, '弓浜 ひなた');
  const places = await freePlaces(page.request, '2027-01-20', '2027-01-29');
  const place = places.find(({ bookable, openings }) => bookable && openings.some(({ places_left }) => places_left === 1));
  const opening = place?.openings.find(({ places_left }) => places_left === 1);
  expect(opening, 'the demo world has a day with one place left').toBeDefined();
  const { slot_id } = place!;
  const { starts_at, ends_at } = opening!;

  const booking = new Booking(page);
  const wanted = new URLSearchParams({ from: starts_at, to: ends_at });
  await booking.frame.open(`/book/${slot_id}?${wanted}`);
  await booking.at('預けるお子さんを選ぶ');
  await tick(booking.child(mine.name));
  await booking.toTimes().click();
  await booking.at('時間を選ぶ');
  await booking.toCheck().click();
  await booking.at('予約内容の確認');

  // Answered before somebody else is quicker: from then on the page says so by itself as soon as it asks again.
  await booking.answer();
  await expect(booking.book()).toBeEnabled();
  const quicker = await another(browser);
  const theirs = await newFamily(quicker.request, '境 りく');
  await send(quicker.request, '/bookings', { slot_id, child_ids: [theirs.id], starts_at, ends_at, ...answered });

  await booking.book().click();
  const refusal = page.getByRole('alert').filter({ hasText: '予約できませんでした' });
  await expect(refusal).toContainText(/満員|空き/);
  await expect(refusal).toBeInViewport();
  await expectAccessible(page);
  await picture(page, 'refused');
  await expect(refusal.getByRole('link', { name: '空きをさがす' })).toBeVisible();

  // Who comes to the full place now is told before choosing anything, and may wait.
  await booking.frame.open(`/book/${slot_id}?${wanted}`);
  await booking.at('空きを待つ');
  await expect(page.getByRole('main')).toContainText(/満員|空き/);
  await picture(page, 'full');
});

test('the second facility, in the other city, asks for nothing again', async ({ page }) => {
  const child = await newFamily(page.request, '弓浜 つむぎ');
  const search = new Search(page);
  const booking = new Booking(page);
  for (const [facility, day] of [
    [umineko, '1月21日（木）'],
    [pocket, '1月22日（金）'],
  ] as const) {
    await search.open();
    await search.wantDay(day);
    await search.stays(facility, '午前').first().click();
    await booking.at('預けるお子さんを選ぶ');
    // An only child is the one who comes: four taps from the found place, and nothing to type.
    await expect(booking.child(child.name)).toBeChecked();
    await booking.through();
    await expect(page.getByText(facility).first()).toBeVisible();
  }
  await booking.frame.open('/bookings');
  await expect(page.getByRole('main').getByText(umineko)).toBeVisible();
  await expect(page.getByRole('main').getByText(pocket)).toBeVisible();
});

test('a reload in the middle loses nothing, and back leads back', async ({ page }) => {
  const child = await newFamily(page.request, '弓浜 そうた');
  const search = new Search(page);
  const booking = new Booking(page);
  await search.open();
  await search.wantDay('1月25日（月）');
  await search.stays(umineko, '午前').first().click();
  await booking.at('預けるお子さんを選ぶ');
  await booking.toTimes().click();
  await booking.at('時間を選ぶ');
  await tick(booking.block('午後'));
  await page.reload();
  await booking.at('時間を選ぶ');
  await expect(booking.block('午後')).toBeChecked();
  await booking.toCheck().click();
  await booking.at('予約内容の確認');
  await booking.notes().fill('お昼寝は短めです。');
  await page.reload();
  await booking.at('予約内容の確認');
  await expect(booking.notes()).toHaveValue('お昼寝は短めです。');
  await page.goBack();
  await booking.at('時間を選ぶ');
  await expect(booking.block('午後')).toBeChecked();
  await page.goForward();
  await booking.at('予約内容の確認');
  await expect(page.getByText(child.name).first()).toBeVisible();
  await booking.answer();
  await booking.book().click();
  await booking.at('予約しました');
  await page.reload();
  await booking.at('予約しました');
  await expect(page.getByText(child.name).first()).toBeVisible();
});

test('what must be answered is said at its field when booking, and extras change the price at once', async ({ page }) => {
  const child = await newFamily(page.request, '弓浜 ことね');
  const places = await freePlaces(page.request, '2027-01-20', '2027-01-29');
  const place = places.find(({ facility, openings }) => facility.name === umineko && openings.some(({ places_left }) => places_left > 0));
  const { starts_at, ends_at } = place!.openings.find(({ places_left }) => places_left > 0)!;
  const booking = new Booking(page);
  await booking.frame.open(`/book/${place!.slot_id}/check?${new URLSearchParams({ children: child.id, from: starts_at, to: ends_at })}`);
  await booking.at('予約内容の確認');
  await expect(page.getByText('ご利用の理由をお選びください。')).toHaveCount(0);
  await booking.book().click();
  await expect(page.getByText('ご利用の理由をお選びください。')).toBeVisible();
  await expect(page.getByRole('group', { name: 'ご利用の理由' }).getByRole('radio').first()).toBeFocused();
  await expectAccessible(page);
  await picture(page, 'check-missing');
  await booking.answer();
  await expect(page.getByText('ご利用の理由をお選びください。')).toHaveCount(0);
  await tick(page.getByRole('checkbox', { name: '給食' }));
  await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: child.name })).toContainText('給食');
  await page.reload();
  await booking.at('予約内容の確認');
  await expect(page.getByRole('checkbox', { name: '給食' })).toBeChecked();
  await expectAccessible(page);
  await picture(page, 'check-answered');
  await booking.book().click();
  await booking.at('予約しました');
});

test('a request waits for the facility, is declined, and the family finds another', async ({ page, browser }) => {
  const child = await newFamily(page.request, '弓浜 なつき');
  const visits = await freePlaces(page.request, '2027-01-21', '2027-01-21', 'visit');
  const at = (name: string) => visits.find(({ facility, openings }) => facility.name === name && openings.some(({ places_left }) => places_left > 0))!;
  const booking = new Booking(page);
  await booking.frame.open(`/book/${at(umineko).slot_id}`);
  await booking.at('預けるお子さんを選ぶ');
  await booking.toTimes().click();
  await booking.at('時間を選ぶ');
  await booking.toCheck().click();
  await booking.at('予約内容の確認');
  await expect(page.getByText('この予約は、施設が内容を確かめて決めます')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'check-request');
  await booking.request().click();
  await booking.at('申し込みました');
  await expect(page.getByText('施設の返事を待っています')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'requested');
  await page.getByRole('link', { name: '予約を見る' }).click();
  await booking.at('予約の内容');
  await expect(page.getByText('施設の承認待ち')).toBeVisible();
  await expect(page.getByRole('button', { name: '申し込みを取り下げる' })).toBeVisible();
  await picture(page, 'waiting');

  const id = new URL(page.url()).pathname.split('/').pop();
  const staff = await another(browser);
  await send(staff.request, '/auth/login', staffOfUmineko);
  await send(staff.request, `/bookings/${id}/decide`, { accept: false, message: 'この日は行事のため、ご案内できません。' });

  await booking.frame.open('/bookings');
  const notice = page.getByRole('main').getByText('お受けできなかった予約があります');
  await expect(notice).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'bookings-declined');
  await page.getByRole('main').getByRole('link', { name: umineko }).first().click();
  await booking.at('予約の内容');
  await expect(page.getByText('この日は行事のため、ご案内できません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'declined');
  await expect(page.getByRole('link', { name: '同じ日の空きをさがす' })).toHaveAttribute('href', '/?day=2027-01-21');

  await booking.frame.open(`/book/${at(pocket).slot_id}`);
  await booking.through();
  await booking.frame.open('/bookings');
  await expect(notice).toHaveCount(0);
  await expect(page.getByRole('main').getByText(child.name)).toBeVisible();
});
