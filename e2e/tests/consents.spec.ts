// What a facility gets to know: agreed to once with the first booking, changed by the family, seen by staff, withdrawn.
import { expectAccessible } from '../fixtures/axe';
import { another, certify, freePlaces, newFamily, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

test('a family agrees once, staff see what it changes later, and it withdraws', async ({ page, browser }) => {
  const frame = new Frame(page);
  const child = await newFamily(page.request, '弓浜 なぎ');
  await certify(page.request, browser, child);
  // The day itself, so that the child is on the board that staff look at first.
  const places = (await freePlaces(page.request, '2027-01-18', '2027-02-10', 'open_nursery')).filter(
    (place) => place.facility.name === umineko && place.bookable,
  );
  const place = places[0];
  const opening = place?.openings.find((one) => one.places_left > 0);
  const until = new Date(Date.parse(opening?.starts_at ?? '') + 3_600_000).toISOString().replace('.000Z', 'Z');
  const query = new URLSearchParams({ children: child.id, from: opening?.starts_at ?? '', to: until });
  await page.goto(`/book/${place?.slot_id}/check?${query}`);
  const words = page.getByText('施設に渡す情報');
  await expect(words).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'consent-asked');
  await page.getByRole('radio', { name: '元気' }).check({ force: true });
  await page.getByRole('button', { name: 'この内容で予約する' }).click();
  await expect(page).toHaveURL(/\/booked/);
  const known = await (await page.request.get('/api/v1/consents')).json();
  expect(known.items.map((one: { words: number; facility: string }) => [one.facility, one.words])).toEqual([[umineko, 1]]);

  // Never asked again at this facility.
  const next = places.find((one) => one.slot_id !== place?.slot_id);
  const other = next?.openings.find((one) => one.places_left > 0);
  await page.goto(
    `/book/${next?.slot_id}/check?${new URLSearchParams({ children: child.id, from: other?.starts_at ?? '', to: other?.ends_at ?? '' })}`,
  );
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await frame.ready();
  await expect(page.getByText('施設に渡す情報')).toHaveCount(0);

  // The family changes something; the facility's staff see old and new until they say that they have.
  const path = `/api/v1/children/${child.id}`;
  const before = await page.request.get(path);
  const changed = await page.request.patch(path, {
    data: { allergies: [{ name: 'くるみ', severity: 'severe' }] },
    headers: { 'If-Match': before.headers().etag ?? '' },
  });
  expect(changed.ok()).toBe(true);
  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  const day = new Date(Date.parse(opening?.starts_at ?? '') + 9 * 3_600_000).toISOString().slice(0, 10);
  await staff.goto(`/staff?day=${day}`);
  const card = staff.getByRole('article', { name: '弓浜 なぎ' }).first();
  await expect(card.getByText('前回の確認後に変更あり')).toBeVisible();
  await new Frame(staff).ready();
  await picture(staff, 'consent-changed');
  await card.getByRole('button', { name: /変更を確認する/ }).click();
  const dialog = staff.getByRole('dialog', { name: 'ご家庭が変更した内容' });
  await expect(dialog.getByText('くるみ')).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'consent-differences');
  await dialog.getByRole('button', { name: '確認しました' }).click();
  await expect(staff.getByText('確認済みにしました。')).toBeVisible();
  await expect(card.getByText('前回の確認後に変更あり')).toHaveCount(0);

  await page.goto('/family');
  await expect(page.getByRole('heading', { name: '情報を渡している施設' })).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'consents');
  await page.getByRole('button', { name: /同意を取り消す/ }).click();
  const question = page.getByRole('dialog', { name: '同意を取り消しますか' });
  await expect(question.getByText(/これからの予約が1件あります/)).toBeVisible();
  await picture(page, 'consent-withdraw');
  await question.getByRole('button', { name: '同意を取り消す' }).click();
  await expect(page.getByText('同意を取り消しました。')).toBeVisible();
  await expect(page.getByRole('heading', { name: '情報を渡している施設' })).toHaveCount(0);
});
