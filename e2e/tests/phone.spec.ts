// The telephone rings: a family that the facility knows is booked within half a minute, a new one within two; nobody finds families of others;
// and who was taken down opens its own account later without telling anything twice.
import { expectAccessible } from '../fixtures/axe';
import { answered, another, demoPassword, freePlaces, sakaiminato, send, staffOfUmineko, stranger, tablet, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { countInputs, expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

const staffOfPocket = { email: 'staff.yonago@example.jp', password: demoPassword };

/** What the facility asks with every booking, as the caller says it. */
async function answer(page: import('@playwright/test').Page): Promise<void> {
  await page.locator('input[type=radio][value=private]').first().check({ force: true });
  await page.locator('input[type=radio][value=well]').first().check({ force: true });
}

test('a known family is booked within half a minute', async ({ page, browser }, { project }) => {
  const mark = project.name === 'phone' ? 'ナギ' : 'シオ';
  const family = await another(browser);
  const { email, password } = stranger();
  await send(family.request, '/auth/register', {
    email, password, name: `沖 ${mark}`, kana: `オキ ${mark}`, phone: '0859-28-9876', municipality: sakaiminato.code, locale: 'ja',
  });
  const child = await send<{ id: string }>(family.request, '/children', { name: '沖 うしお', kana: 'オキ ウシオ', born: '2025-03-10' });
  const place = (await freePlaces(family.request, '2027-01-25', '2027-01-29')).find((one) => one.facility.name === umineko && one.bookable)!;
  const opening = place.openings.find((one) => one.places_left > 0)!;
  const stay = { slot_id: place.slot_id, child_ids: [child.id], starts_at: opening.starts_at, ends_at: opening.ends_at };
  await send(family.request, '/bookings', { ...stay, ...answered });

  await page.setViewportSize(project.name === 'phone' ? { width: 390, height: 844 } : tablet.viewport);
  const count = await countInputs(page);
  await new Door(page).signedIn(staffOfUmineko);
  await page.goto('/staff');
  await new Frame(page).ready();
  const [began, before] = [Date.now(), await count()];
  await page.getByRole('link', { name: '電話で受け付ける' }).click();
  // However the reading is typed: here in half-width letters, without a space.
  await page.getByRole('searchbox').fill(project.name === 'phone' ? 'ｵｷﾅｷﾞ' : 'おきしお');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('listitem').getByRole('button', { name: new RegExp(mark) }).click();
  await page.getByRole('group', { name: '次の空き' }).getByRole('radio', { name: /一時預かり/ }).first().check({ force: true });
  await answer(page);
  const book = page.getByRole('button', { name: '受け付ける', exact: true });
  await expect(book).toBeEnabled();
  await book.click();
  await expect(page.getByText('受け付けました')).toBeVisible();
  const took = Date.now() - began;
  const typed = (await count()) - before;
  console.log(`known family: ${took} ms, ${typed} inputs`);
  expect(took).toBeLessThan(30_000);
  expect(typed).toBeLessThanOrEqual(4);
  // It signs in for itself, so there is no code to be made.
  await expect(page.getByText('ご家庭の登録コード')).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'phone-booked');
  const { items } = await (await family.request.get('/api/v1/bookings')).json();
  const taken = items.find((one: { entered?: { entered_by: string; clerk: string } }) => one.entered);
  expect(taken.entered.entered_by).toBe('facility');
  await family.goto(`/bookings/${taken.id}`);
  await expect(family.getByText(taken.entered.clerk)).toBeVisible();

  // Another facility finds nobody, neither by name nor by the whole number; a family is not let in at all.
  const elsewhere = await another(browser, project.name === 'desktop' ? tablet : {});
  await new Door(elsewhere).signedIn(staffOfPocket);
  await elsewhere.goto('/staff/entry');
  for (const words of [`オキ ${mark}`, '0859-28-9876']) {
    await elsewhere.getByRole('searchbox').fill(words);
    await elsewhere.getByRole('searchbox').press('Enter');
    await expect(elsewhere.getByText('見つかりません。')).toBeVisible();
  }
  await expectAccessible(elsewhere);
  await picture(elsewhere, 'phone-nobody');
  await family.goto('/staff/entry');
  await expect(family.getByRole('searchbox')).toHaveCount(0);
  expect((await family.request.post('/api/v1/staff/families/search', { data: { query: 'オキ' } })).status()).toBe(403);
});

test('a new family is taken down and booked within two minutes, and opens its account with everything there', async ({ page, browser }, { project }) => {
  const mark = project.name === 'phone' ? 'カモメ' : 'チドリ';
  const count = await countInputs(page);
  await new Door(page).signedIn(staffOfUmineko);
  await page.goto('/staff');
  await new Frame(page).ready();
  const [began, before] = [Date.now(), await count()];
  await page.getByRole('link', { name: '電話で受け付ける' }).click();
  await page.getByText('初めてのご家庭を登録する').click();
  await page.locator('#family_name').fill(`浜辺 ${mark}`);
  await page.locator('#family_kana').fill(`はまべ ${mark}`);
  await page.locator('#family_phone').fill('０８５９（２８）４３２１');
  await page.getByRole('radio', { name: '境港市' }).check({ force: true });
  await page.locator('#child_name').fill('浜辺 そら');
  await page.locator('#child_kana').fill('はまべ そら');
  for (const [part, value] of [['year', '2025'], ['month', '3'], ['day', '10']] as const) {
    await page.locator(`#child_born-${part}, [id$="child_born-${part}"]`).first().selectOption(value);
  }
  await page.getByRole('button', { name: '登録して次へ' }).click();
  const first = page.getByRole('group', { name: '次の空き' }).getByRole('radio', { name: /一時預かり/ }).first();
  await expect(first).toBeAttached();
  await new Frame(page).ready();
  await picture(page, 'phone-places');
  await first.check({ force: true });
  await answer(page);
  await expectAccessible(page);
  await picture(page, 'phone-check');
  await page.getByRole('button', { name: '受け付ける', exact: true }).click();
  await expect(page.getByText('受け付けました')).toBeVisible();
  const took = Date.now() - began;
  const typed = (await count()) - before;
  console.log(`new family: ${took} ms, ${typed} inputs`);
  expect(took).toBeLessThan(120_000);
  expect(typed).toBeLessThanOrEqual(14);

  await page.getByRole('button', { name: '登録コードを出す' }).click();
  const code = await page.locator('.code-text').innerText();
  expect(code).toMatch(/^\w{4}-\w{4}-\w{4}$/);
  await expectAccessible(page);
  await picture(page, 'phone-code');

  const family = await another(browser);
  const typedBy = await countInputs(family);
  await new Frame(family).open('/register/code');
  await family.getByRole('button', { name: '始める' }).click();
  await expect(family.locator('[aria-invalid="true"]')).toHaveCount(3);
  await expectAccessible(family);
  await picture(family, 'phone-open-errors');
  const own = stranger();
  await family.getByRole('textbox', { name: '登録コード' }).fill(code.toLowerCase().replaceAll('-', ' '));
  await new Door(family).email().fill(own.email);
  await new Door(family).password().fill(own.password);
  await family.getByRole('button', { name: '始める' }).click();
  await expect(family.getByText('登録が済みました。')).toBeVisible();
  await expect(family.getByText('浜辺 そら').first()).toBeVisible();
  expect(await typedBy()).toBeLessThanOrEqual(3);
  await expectAccessible(family);
  await picture(family, 'phone-opened');
  // It is good once.
  const late = await another(browser);
  const again = await late.request.post('/api/v1/auth/open', { data: { code, ...stranger() } });
  expect([again.status(), (await again.json()).code]).toEqual([409, 'accounts.code_unknown']);
});
