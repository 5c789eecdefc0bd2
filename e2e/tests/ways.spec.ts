// The other ways in and the changing of bookings: a mis-tap is undone, a stay moves in three taps, a call is taken down, and a typhoon
// ends a day that the family then reads about with other places.
import { expectAccessible } from '../fixtures/axe';
import { another, answered, type FreePlace, freePlaces, newFamily, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

interface Booked {
  id: string;
}

function atUmineko(places: FreePlace[]): FreePlace[] {
  return places.filter((place) => place.facility.name === umineko && place.bookable);
}

async function booked(api: Parameters<typeof send>[0], place: FreePlace | undefined, child: string): Promise<Booked> {
  const opening = place?.openings.find((one) => one.places_left > 0);
  const wish = {
    slot_id: place?.slot_id,
    child_ids: [child],
    starts_at: opening?.starts_at,
    ends_at: opening?.ends_at,
    ...answered,
  };
  const [booking] = await send<Booked[]>(api, '/bookings', wish);
  return booking as Booked;
}

test('a family moves a stay in three taps, and undoes another as if it had never been', async ({ page }) => {
  const frame = new Frame(page);
  const child = await newFamily(page.request);
  const free = atUmineko(await freePlaces(page.request, '2027-01-25', '2027-02-20'));
  const stay = await booked(page.request, free[0], child.id);

  await page.goto(`/bookings/${stay.id}`);
  await expect(page.getByRole('button', { name: /なかったことにする（あと\d+分）/ })).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'booking-undo');
  await page.getByRole('link', { name: '日時を変える' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '予約の日時を変える' })).toBeVisible();
  const place = page.locator('.move-place:visible').nth(2);
  await expect(place).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'move');
  await place.click();
  const dialog = page.getByRole('dialog', { name: 'この日時に変えますか' });
  await expect(dialog.getByText(/料金/)).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'move-question');
  await dialog.getByRole('button', { name: 'この日時に変える' }).click();
  await expect(page.getByText('予約の日時を変えました。')).toBeVisible();
  const moved = await (await page.request.get(`/api/v1/bookings/${stay.id}`)).json();
  expect(moved.version).toBe(2);
  // What has moved is not a mis-tap any more.
  await expect(page.getByRole('button', { name: /なかったことにする/ })).toHaveCount(0);

  const mistap = await booked(page.request, free.find((one) => one.slot_id !== moved.slot_id && one !== free[0]), child.id);
  await page.goto(`/bookings/${mistap.id}`);
  await page.getByRole('button', { name: /なかったことにする/ }).click();
  await expect(page.getByText('予約をなかったことにしました。')).toBeVisible();
  expect((await page.request.get(`/api/v1/bookings/${mistap.id}`)).status()).toBe(404);
});

test('a stay is dragged to another time in the week, and by the keyboard as well', async ({ page }, { project }) => {
  test.skip(project.name === 'phone', 'On a phone a stay moves in three taps.');
  const frame = new Frame(page);
  const child = await newFamily(page.request);
  const free = atUmineko(await freePlaces(page.request, '2027-03-01', '2027-03-03'));
  const stay = await booked(page.request, free[0], child.id);
  const move = async (choose: () => Promise<void>) => {
    await frame.open(`/bookings/${stay.id}/move`);
    await choose();
    const dialog = page.getByRole('dialog', { name: 'この日時に変えますか' });
    await expect(dialog.getByText(/料金/)).toBeVisible();
    return dialog;
  };
  const week = page.getByRole('region', { name: '空いている日時' });
  const tuesday = week.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '3月2日（火）' }) });
  const dragged = await move(async () => {
    await expectAccessible(page);
    await picture(page, 'move-week');
    await week.locator('.move-own').dragTo(tuesday.getByRole('button').first());
  });
  await expectAccessible(page);
  await dragged.getByRole('button', { name: '変えない' }).click();
  await expect(dragged).toBeHidden();
  const again = await move(() => week.locator('.move-own').dragTo(tuesday.getByRole('button').first()));
  await again.getByRole('button', { name: 'この日時に変える' }).click();
  await expect(page.getByText('予約の日時を変えました。')).toBeVisible();
  let moved = await (await page.request.get(`/api/v1/bookings/${stay.id}`)).json();
  expect(moved.starts_at.slice(0, 10)).toMatch(/2027-03-0[12]/);
  expect(moved.version).toBe(2);
  // Without a pointer.
  const keyed = await move(async () => {
    await week.getByRole('button').first().focus();
    await page.keyboard.press('Enter');
  });
  await keyed.getByRole('button', { name: 'この日時に変える' }).press('Enter');
  await expect(page.getByText('予約の日時を変えました。')).toBeVisible();
  moved = await (await page.request.get(`/api/v1/bookings/${stay.id}`)).json();
  expect(moved.version).toBe(3);
});

test('staff take down a call and go past a deadline with a reason', async ({ page }, { project }) => {
  const frame = new Frame(page);
  await new Door(page).signedIn(staffOfUmineko);
  // The day itself: for the family bookings have closed.
  await page.goto('/staff/entry?day=2027-01-19');
  await expect(page.getByRole('heading', { level: 1, name: '電話で受け付ける' })).toBeVisible();
  await page.getByText('初めてのご家庭を登録する').click();
  const mark = project.name === 'phone' ? 'ハマ' : 'イソ';
  await page.locator('#family_name').fill('大篠津 直');
  await page.locator('#family_kana').fill(`オオシノヅ ${mark}`);
  await page.locator('#family_phone').fill('0859-28-1234');
  await page.getByRole('radio', { name: '境港市' }).check({ force: true });
  await page.locator('#child_name').fill('大篠津 空');
  await page.locator('#child_kana').fill('オオシノヅ ソラ');
  for (const [part, value] of [['year', '2025'], ['month', '3'], ['day', '10']] as const) {
    await page.locator(`#child_born-${part}, [id$="child_born-${part}"]`).first().selectOption(value);
  }
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'entry-family');
  await page.getByRole('button', { name: '登録して次へ' }).click();
  await expect(page.getByRole('heading', { name: '日時' })).toBeVisible();
  await page.getByRole('radio').first().check({ force: true });
  await expect(page.getByRole('button', { name: '受け付ける', exact: true })).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'entry-stay');
});

test('a typhoon ends a day, and the family reads why and where else', async ({ page, browser }, { project }) => {
  const frame = new Frame(page);
  const family = await another(browser);
  const child = await newFamily(family.request, '渡 なぎ');
  const day = project.name === 'phone' ? '2027-02-23' : '2027-02-24';
  const free = atUmineko(await freePlaces(family.request, day, day));
  const stay = await booked(family.request, free[0], child.id);

  await new Door(page).signedIn(staffOfUmineko);
  await page.goto(`/staff/slots/close?day=${day}`);
  await expect(page.getByRole('heading', { level: 1, name: '休みにする' })).toBeVisible();
  await page.getByRole('radio', { name: '台風・大雪など' }).check({ force: true });
  await page.getByLabel('ご家庭へのひとこと').fill('暴風警報が出ています。');
  await page.getByRole('button', { name: '影響を受ける予約を見る' }).click();
  await expect(page.getByText('渡 なぎ')).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'close');
  await page.getByRole('button', { name: '休みにして、ご家庭に知らせる' }).click();
  await expect(page.getByText('休みにしました。')).toBeVisible();

  await family.goto(`/bookings/${stay.id}`);
  await expect(family.getByText('暴風警報が出ています。')).toBeVisible();
  await expect(family.getByRole('heading', { name: '同じ日に空いている施設' })).toBeVisible();
  await new Frame(family).ready();
  await expectAccessible(family);
  await picture(family, 'closed');
  const after = await freePlaces(page.request, day, day);
  expect(after.filter((one) => one.facility.name === umineko).every((one) => !one.bookable)).toBe(true);
});
