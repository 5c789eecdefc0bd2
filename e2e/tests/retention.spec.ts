// A family closes its account when nothing is under way, with its password, and for good; officers see what is kept until when.
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, officerOfYonago, send, staffOfUmineko, stranger, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales, tick } from '../pages/frame.page';

test('a family closes its account once nothing is under way, and officers see what is kept', async ({ page, browser }) => {
  test.slow();
  const person = stranger();
  const guardian = '弓浜 おわり';
  await page.goto('/');
  await send(page.request, '/auth/register', {
    ...person,
    name: guardian,
    kana: 'ゆみはま おわり',
    phone: '090-1234-5678',
    municipality: yonago.code,
    locale: 'ja',
  });
  const child = await send<{ id: string }>(page.request, '/children', { name: '弓浜 しお', kana: 'ゆみはま しお', born: '2025-03-10' });
  const [place] = (await freePlaces(page.request, '2027-01-25', '2027-01-29')).filter((one) => one.bookable);
  const booked = await send<{ id: string }[]>(page.request, '/bookings', {
    slot_id: place?.slot_id,
    child_ids: [child.id],
    block: place?.openings[0]?.block,
    ...answered,
  });
  const frame = new Frame(page);
  await frame.open('/family');
  await page.getByRole('link', { name: '退会の手続きへ' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '退会の手続き' })).toBeVisible();
  await expect(page.getByText('終わっていない予約が1件あります。')).toBeVisible();
  await expect(page.getByRole('button', { name: '退会する' })).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'retention-not-yet');
  await page.getByRole('link', { name: '予約を見る' }).click();
  await expect(page).toHaveURL(/\/bookings$/);
  await send(page.request, `/bookings/${booked[0]?.id}/cancel`, { seen: { fee_yen: 0, counts: false } });

  for (const locale of locales) {
    await frame.open('/family/close', locale);
    await expectAccessible(page);
  }
  await frame.open('/family/close');
  await expect(page.getByText('60か月保存し、2032年1月19日（月）に消去します。')).toBeVisible();
  const close = page.getByRole('button', { name: '退会する' });
  await close.click();
  await expect(page.getByText('取り消せないことを確認し、チェックを入れてください。').first()).toBeVisible();
  await expectAccessible(page);
  await new Door(page).password().fill('not-the-password');
  await tick(page.getByRole('checkbox', { name: '取り消せないことを確認しました' }));
  await picture(page, 'retention-close');
  await close.click();
  await expect(page.getByText('いまのパスワードが違います。').first()).toBeVisible();
  // Without a network nothing happens, and nothing is lost.
  await page.context().setOffline(true);
  await new Door(page).password().fill(person.password);
  await close.click();
  await expect(page.locator('.banner-error')).toBeVisible();
  await page.context().setOffline(false);
  await close.click();
  await expect(page.getByText('退会しました。')).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
  await picture(page, 'retention-closed');
  expect((await page.request.get('/api/v1/me')).status()).toBe(401);
  expect((await page.request.post('/api/v1/auth/login', { data: person })).status()).toBe(401);

  const officer = await another(browser);
  await new Door(officer).signedIn(officerOfYonago);
  const office = new Frame(officer);
  await office.open('/office/audit');
  await officer.getByRole('link', { name: '保存期間と消去' }).click();
  await expect(officer.getByRole('heading', { level: 1, name: '保存期間と消去' })).toBeVisible();
  await expect(officer.getByRole('row', { name: /家庭と施設のメッセージ.*12か月.*利用日/ })).toBeVisible();
  const closed = officer.getByRole('article').filter({ hasText: guardian });
  await expect(closed.getByText('消去の予定：2032年1月19日')).toBeVisible();
  for (const locale of locales) {
    await office.open('/office/retention', locale);
    await expectAccessible(officer);
  }
  await office.open('/office/retention');
  await picture(officer, 'retention-office');
  // A request for disclosure is still answered.
  await closed.getByText('開示用の資料をつくる').click();
  await closed.getByLabel('作成の理由').fill('開示請求');
  const saved = officer.waitForEvent('download');
  await closed.getByRole('button', { name: '資料をつくって保存' }).click();
  expect((await saved).suggestedFilename()).toBe('archive.zip');
});

test('a family that used nothing leaves nothing, and nobody else gets at either page', async ({ page, browser }) => {
  await page.goto('/');
  await newFamily(page.request);
  await new Frame(page).open('/family/close');
  await expect(page.getByText('すべての情報をすぐに消去します。')).toBeVisible();
  await picture(page, 'retention-nothing');

  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  const officer = await another(browser);
  await new Door(officer).signedIn(officerOfYonago);
  for (const [who, path, status] of [
    [page, '/office/retention', 403],
    [staff, '/office/retention', 403],
    [staff, '/family/closing', 403],
    [officer, '/family/closing', 403],
  ] as const) {
    expect((await who.request.get(`/api/v1${path}`)).status()).toBe(status);
  }
  const data = { password: 'whatever' };
  expect((await officer.request.post('/api/v1/family/close', { data })).status()).toBe(403);
  expect((await (await another(browser)).request.post('/api/v1/family/close', { data })).status()).toBe(401);
});
