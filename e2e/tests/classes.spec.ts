// Places that come from the regular classes: a class fills up, the staff see whom it costs a place, and the slots follow.
import { expectAccessible } from '../fixtures/axe';
import { another, answered, demoPassword, type FreePlace, freePlaces, newFamily, send } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

const matsubara = '弓ヶ浜まつばら保育園';
const staffOfMatsubara = { email: 'staff.matsubara@example.jp', password: demoPassword };

interface Booked {
  id: string;
}

test('a class fills up: the staff see who loses a place, and the slots follow', async ({ page, browser }) => {
  const child = await newFamily(page.request, '弓浜 なぎ');
  const free = (await freePlaces(page.request, '2027-02-01', '2027-02-26')).filter(
    (place: FreePlace) => place.facility.name === matsubara && place.bookable,
  );
  const place = free.find((one) => one.openings.some((opening) => opening.block === 'day' && opening.places_left > 0)) as FreePlace;
  const whole = place.openings.find((opening) => opening.block === 'day');
  const wish = { slot_id: place.slot_id, child_ids: [child.id], starts_at: whole?.starts_at, ends_at: whole?.ends_at };
  const [booking] = await send<Booked[]>(page.request, '/bookings', { ...wish, ...answered });
  const day = new Date(Date.parse(whole?.starts_at ?? '') + 9 * 3_600_000).toISOString().slice(0, 10);

  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfMatsubara);
  const frame = new Frame(staff);
  await staff.goto('/staff/slots');
  await staff.getByRole('link', { name: 'クラスの空き' }).click();
  await expect(staff.getByRole('heading', { level: 1, name: 'クラスの空き' })).toBeVisible();
  await expect(staff.getByRole('row', { name: /1歳児.*10人.*8人.*2人/ })).toBeVisible();
  await expect(staff.getByText(/1歳児.*2027年3月1日/)).toBeVisible();
  await frame.ready();
  await expectAccessible(staff);
  await picture(staff, 'classes');

  // On that one day the class is fuller than it should be: nobody else has a place.
  await staff.getByRole('combobox', { name: 'クラス' }).selectOption({ label: '1歳児' });
  await staff.getByLabel('いつから').fill(day);
  await staff.getByLabel('いつまで').fill(day);
  await staff.getByRole('spinbutton', { name: '在籍' }).fill('12');
  await staff.getByRole('spinbutton', { name: '在籍' }).blur();
  await staff.getByRole('button', { name: '影響を確かめる' }).click();
  await expect(staff.getByText(/定員が変わる枠 1件、取り消しになる予約 [1-9]/)).toBeVisible();
  await expect(staff.locator('#affected').getByText('弓浜 なぎ')).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'classes-affected');
  await staff.getByRole('button', { name: /件を取り消して保存する/ }).click();
  await expect(staff.getByText('クラスの人数を登録しました。枠の定員も変えました。')).toBeVisible();
  const ended = await (await page.request.get(`/api/v1/bookings/${booking?.id}`)).json();
  expect([ended.state.kind, ended.state.fee_yen]).toEqual(['cancelled', 0]);

  // The slot says where its places come from, and publishing types none.
  await staff.goto(`/staff/slots?from=${day}`);
  await frame.ready();
  await staff.locator(`.slot-cell:visible`, { hasText: '0/0' }).first().click();
  await expect(staff.getByRole('dialog').getByText(/クラスの空きから決まります/)).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'classes-slot');
  await staff.goto('/staff/slots/new');
  await staff.getByText('一時預かり', { exact: true }).click();
  await expect(staff.getByText(/日ごとに決まります/).first()).toBeVisible();
  await frame.ready();
  await expectAccessible(staff);
  await picture(staff, 'classes-publish');
});
