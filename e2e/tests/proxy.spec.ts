// Somebody of the BPO centre acts for a family: for a reason, with a banner that stays in sight, for a quarter of an hour; what was typed outlives
// it, and the family reads that its record was opened and why.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, demoPassword, newFamily, officerOfYonago, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, tick } from '../pages/frame.page';

const operator = { email: 'bpo@example.jp', password: demoPassword };

async function openRecord(page: Page, guardian: string): Promise<void> {
  await new Frame(page).open('/office/entry');
  await tick(page.getByRole('radio', { name: '電話・窓口で予約を頼まれた' }));
  await page.getByRole('textbox', { name: /^くわしい理由/ }).fill('お母様から電話。来週の水曜に預けたいとのこと。');
  await page.getByRole('searchbox').fill(guardian);
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('button', { name: `${guardian}さんの記録を開く` }).click();
}

// The page's clock stands still in a journey while the server's goes on.
const aQuarter = /残り1[5-7]分/;

const banner = (page: Page) => page.getByRole('region', { name: '代理操作中' });

test('an operator books for a family whose time runs out in the middle, and the family reads it', async ({ page, browser, house }) => {
  test.setTimeout(240_000);
  const mio = await another(browser);
  await house.at('2027-01-18T09:00:00+09:00', page, mio);
  await newFamily(mio.request, '浜辺 なぎ', '浜辺 みお');
  await new Door(page).signedIn(operator);
  await new Frame(page).open('/office/entry');
  await expectAccessible(page);
  await picture(page, 'proxy-begin');
  // Nobody is looked for before it is said why.
  await page.getByRole('searchbox').fill('浜辺');
  await page.getByRole('searchbox').press('Enter');
  await expect(page.getByText('理由を選んでください。')).toBeVisible();

  await openRecord(page, '浜辺 みお');
  await expect(banner(page)).toContainText('浜辺 みおさんの代理で操作中');
  await expect(banner(page)).toContainText(aQuarter);
  await expectAccessible(page);
  await picture(page, 'proxy-open');
  await page.getByLabel('どの施設の予約ですか').selectOption({ label: umineko });
  await page.locator('summary', { hasText: 'ほかの日から選ぶ' }).click();
  await page.locator('#entry-day').fill('2027-01-27');
  await tick(page.getByRole('group', { name: /^枠/ }).getByRole('radio', { name: /一時預かり/ }).first());
  await page.getByRole('textbox', { name: /^施設への連絡|^連絡/ }).or(page.locator('#entry-notes')).first().fill('お昼寝用のタオルを持って行きます。');
  await page.mouse.wheel(0, 2000);
  await expect(banner(page)).toBeInViewport();

  // A quarter of an hour later nothing can be done, and nothing is lost.
  await house.at('2027-01-18T09:16:00+09:00', page, mio);
  await expect(banner(page)).toContainText('時間が終わりました。', { timeout: 15_000 });
  await expect(page.locator('#entry-notes')).toHaveValue('お昼寝用のタオルを持って行きます。');
  await expectAccessible(page);
  await picture(page, 'proxy-over');
  await banner(page).getByRole('button', { name: 'もう一度開く' }).click();
  await expect(banner(page)).toContainText(aQuarter);
  await expect(page.locator('#entry-notes')).toHaveValue('お昼寝用のタオルを持って行きます。');
  await page.locator('input[type=radio][value=private]').first().check({ force: true });
  await page.locator('input[type=radio][value=well]').first().check({ force: true });
  await page.getByRole('button', { name: '受け付ける', exact: true }).click();
  await expect(page.getByText('受け付けました', { exact: true })).toBeVisible();
  await picture(page, 'proxy-booked');
  await banner(page).getByRole('button', { name: '代理を終える' }).click();
  await expect(banner(page)).toHaveCount(0);

  const frame = new Frame(mio);
  await frame.open('/family/accesses');
  await expect(mio.getByText('電話・窓口で予約を頼まれた：お母様から電話。来週の水曜に預けたいとのこと。').first()).toBeVisible();
  await expect(mio.getByText('日野 のぞみ')).toHaveCount(0);
  await expectAccessible(mio);
  await picture(mio, 'family-accesses');
});

test('one record is open at a time, and an officer finds no family of another city', async ({ page, browser, house }) => {
  const [mio, other] = [await another(browser), await another(browser)];
  await house.at('2027-01-18T09:00:00+09:00', page, mio, other);
  await newFamily(mio.request, '浜辺 なぎ', '浜辺 みお');
  await new Door(page).signedIn(officerOfYonago);
  await openRecord(page, '浜辺 みお');
  await expect(banner(page)).toBeVisible();
  // A second page of the same officer tries another family.
  const family = await (await mio.request.get('/api/v1/family')).json();
  const again = await page.request.post('/api/v1/proxy/session', { data: { family_id: family.id, reason: 'booking', words: 'x' } });
  expect([again.status(), (await again.json()).code]).toEqual([409, 'proxy.already_open']);
  await banner(page).getByRole('button', { name: '代理を終える' }).click();
  await expect(page.getByText('代理操作を終えました。')).toBeVisible();

  await tick(page.getByRole('radio', { name: '電話・窓口で予約を頼まれた' }));
  await page.getByRole('textbox', { name: /^くわしい理由/ }).fill('境港市のご家庭');
  await page.getByRole('searchbox').fill('美保');
  await page.getByRole('searchbox').press('Enter');
  await expect(page.getByText(/見つかりません|いません/)).toBeVisible();
  // A family cannot act for another one.
  expect((await mio.request.get('/api/v1/proxy/reasons')).status()).toBe(403);
});
