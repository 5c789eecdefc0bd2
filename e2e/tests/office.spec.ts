// A city's officers: what a household is, what nobody could be given, and a new version of a programme.
import { expectAccessible } from '../fixtures/axe';
import { demoPassword, newFamily, officerOfYonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

const officerOfSakaiminato = { email: 'office.sakaiminato@example.jp', password: demoPassword };

test('an officer signs in by the door of staff and reads every page in three languages', async ({ page }) => {
  // Six pages, three languages, two schemes.
  test.slow();
  const frame = new Frame(page);
  await new Door(page).signedIn(officerOfYonago);
  await expect(page).toHaveURL(/\/office$/);
  for (const path of ['/office', '/office/households', '/office/entry', '/office/programmes', '/office/demand', '/office/notices']) {
    for (const locale of locales) {
      await frame.open(path, locale);
      await expectAccessible(page);
      if (locale.tag === 'ja') await picture(page, path.slice(1).replace('/', '-'));
    }
  }
  // Who comes to the pages of staff is led here.
  await frame.open('/staff');
  await expect(page).toHaveURL(/\/office$/);
});

test('an officer sets what a household is for reliefs', async ({ page, browser }) => {
  const mine = await (await browser.newContext()).newPage();
  await mine.goto('/');
  await newFamily(mine.request, '弓浜 ほたる');
  const family = await (await mine.request.get('/api/v1/family')).json();
  await new Door(page).signedIn(officerOfYonago);
  await page.goto('/office/households');
  await page.getByRole('searchbox').fill('弓浜');
  await page.getByRole('button', { name: 'さがす' }).or(page.getByRole('button', { name: '探す' })).first().click();
  await page.getByRole('button', { name: /弓浜 ほたる/ }).first().click();
  await page.getByRole('button', { name: '区分を追加' }).click();
  await page.locator('select[id^="class-"]').first().selectOption({ index: 1 });
  await new Frame(page).ready();
  await expectAccessible(page);
  await picture(page, 'office-household');
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByText('世帯の区分を保存しました。')).toBeVisible();
  const known = await (await mine.request.get('/api/v1/family')).json();
  expect(known.id).toBe(family.id);
});

test('an officer proposes a new version of a programme', async ({ page }, { project }) => {
  // Every rule of a programme is on the page that axe reads.
  test.slow();
  const frame = new Frame(page);
  await new Door(page).signedIn(project.name === 'phone' ? officerOfYonago : officerOfSakaiminato);
  await page.goto('/office/programmes');
  const care = page.getByRole('heading', { level: 2, name: /一時預かり/ }).locator('..');
  await care.getByRole('link').last().click();
  await expect(page.getByRole('heading', { level: 1, name: '事業のきまり（版）' })).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'office-version');
  await page.getByRole('link', { name: 'この版をもとに新しい版を作る' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '新しい版を作る' })).toBeVisible();
  await frame.ready();
  await picture(page, 'office-next');
  await page.locator('#rule-valid_from').fill('2029-04-01');
  // Something wrong stands at its field and in the summary, and keeps the version from being published.
  await page.locator('summary', { hasText: '取り消し' }).click();
  const undo = page.getByLabel('予約直後に無料で取り消せる分数');
  await undo.fill('たくさん');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await expect(page.getByRole('button', { name: '起案する' })).toHaveAttribute('aria-disabled', 'true');
  await expectAccessible(page);
  await picture(page, 'office-next-wrong');
  await undo.fill('20');
  await expect(page.getByText('直すところがあります')).toHaveCount(0);
  // Rows come and go.
  await page.locator('summary', { hasText: '持ち物' }).click();
  const brought = page.locator('#rule-terms-bring');
  const rows = await brought.getByRole('listitem').count();
  await brought.getByRole('button', { name: /追加/ }).click();
  await expect(brought.getByRole('listitem')).toHaveCount(rows + 1);
  await expect(page.getByText('直すところがあります')).toBeVisible();
  for (const language of ['ja', 'easy', 'en']) await page.locator(`#rule-terms-bring-${rows}-${language}`).fill('帽子');
  await expect(page.getByText('直すところがあります')).toHaveCount(0);
  await expect(page.getByRole('region', { name: '前の版との違い' }).getByText(/帽子/)).toBeVisible();
  await picture(page, 'office-next-ready');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。別の職員の確認を待っています。')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: '改正の内容' })).toBeVisible();
  await expect(page.getByText(/帽子/).first()).toBeVisible();
  await picture(page, 'office-proposed');
});
