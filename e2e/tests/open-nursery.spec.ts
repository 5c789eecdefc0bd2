// A month of a 誰でも通園 family: ten hours over both cities, to the last half hour.
import { expectAccessible } from '../fixtures/axe';
import { certify, freePlaces, newFamily, pocket, send, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Booking } from '../pages/bookings.page';

const answers = [{ key: 'health', value: 'well' }];

test('ten hours of a month, in both cities, to the last half hour', async ({ page, browser }, { project }) => {
  test.setTimeout(240_000);
  const child = await newFamily(page.request, '弓浜 みずき');
  await certify(page.request, browser, child);
  const booking = new Booking(page);
  // Phone and desktop share a world: each has days of its own.
  const [first, second, third, fourth] = project.name === 'phone' ? ['19', '21', '23', '25'] : ['20', '22', '24', '26'];
  const slot = async (facility: string, day: string) => {
    const places = await freePlaces(page.request, `2027-01-${day}`, `2027-01-${day}`, 'open_nursery');
    return places.find((place) => place.facility.name === facility && place.bookable)!.slot_id;
  };
  const address = (slot_id: string, day: string, from: string, to: string, step = '') => {
    const at = (clock: string) => `2027-01-${day}T${clock}:00+09:00`;
    return `/book/${slot_id}${step}?${new URLSearchParams({ children: child.id, from: at(from), to: at(to) })}`;
  };
  const book = async (facility: string, day: string, starts: string, ends: string) => {
    const at = (clock: string) => `2027-01-${day}T${clock}:00+09:00`;
    const wish = { slot_id: await slot(facility, day), starts_at: at(starts), ends_at: at(ends) };
    await send(page.request, '/bookings', { ...wish, child_ids: [child.id], answers });
  };
  await book(umineko, first!, '13:00', '16:00');
  await book(pocket, second!, '13:00', '16:00');

  // Six hours are gone, three of them in the other city; three and a half more leave half an hour.
  const here = await slot(umineko, third!);
  await booking.frame.open(address(here, third!, '13:00', '16:30', '/times'));
  await booking.at('時間を選ぶ');
  await expect(page.getByText('予約後の2027年1月の残り 30分').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'month-times');
  await booking.toCheck().click();
  await booking.at('予約内容の確認');
  await expect(page.getByText('予約後の2027年1月の残り 30分').first()).toBeVisible();
  await booking.answer();
  await picture(page, 'month-check');
  await booking.book().click();
  await booking.at('予約しました');

  // The shortest stay is an hour, and half an hour is left: said so, whichever city it is in.
  for (const facility of [umineko, pocket]) {
    const full = await slot(facility, fourth!);
    await booking.frame.open(address(full, fourth!, '13:00', '14:00'));
    await booking.at('預けるお子さんを選ぶ');
    await expect(page.getByRole('main')).toContainText(/1月の上限を超えます（残り30分、この予約は1時間）/);
    await expect(booking.child(child.name)).toBeDisabled();
    await expectAccessible(page);
  }
  await picture(page, 'month-over');
  const refused = await page.request.post('/api/v1/bookings', {
    data: {
      slot_id: await slot(pocket, fourth!),
      child_ids: [child.id],
      starts_at: `2027-01-${fourth}T13:00:00+09:00`,
      ends_at: `2027-01-${fourth}T14:00:00+09:00`,
      answers,
    },
    headers: { 'Idempotency-Key': crypto.randomUUID() },
  });
  expect(refused.status()).toBe(409);
  expect((await refused.json()).errors[0].code).toBe('bookings.month_limit');
});
